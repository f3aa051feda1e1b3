"""What stands around a name that is said without its generic word: is it a place at all?

大方 is a county and a virtue, 平安 a county and a wish, 向当阳 a boy. A bare name counts by its neighbours.
"""

from __future__ import annotations

import re

# Bare names weigh less the smaller, and so the more numerous, what they may mean.
_BASE = {2: 0.9, 4: 1.0, 6: 1.0, 9: 0.7, 12: -2.2}
# A province or city elsewhere is talked of; a county elsewhere by its bare name needs words around it.
_ELSEWHERE = {2: 0.6, 4: 0.6, 6: 0.2, 9: -0.3, 12: -3.2}
LOOKALIKE = 0.9
PLACE_BEFORE = re.compile(
    r"(?:在|住|住到|到|去|回|往|是|从|自|来自|家|屋|户口|户籍|学籍|老家|我们|咱们?|俺们?|我|嫁|搬|租|送|接|领|带|于|至|来|上"
    r"|寄养|暂住|现住|报告)(?:了)?$"
)
# A township's name, known or not, right after a county's: 汉寿|百绿桥镇.
_TOWNSHIP_AFTER = re.compile(
    r"[^\W的地得了在是有和跟]{2,4}(?:镇(?![上里长])|乡(?![下里亲])|街道|街办|农场|林场)"
)
PLACE_AFTER = re.compile(
    r"的|那[边里儿个头块]|这[边里儿个头块]|街[上道头]|老街|正街|镇上|乡[里上]|村里|县城|城[里关区]|上街|场[上坝]|集上|底下|下面"
    r"|[一两三几有这那某]+[个户家位名对群些]|人|有|户口|户籍|籍|老家|打工|务工|中学|小学|初中|高中|一中|二中|三中|中心校|学校|职中|卫生院|派出所|车站|读书|上学"
    r"|医院|火车站|高铁站|景区|风景区|一带|附近|境内|乡下|农村|方向|[他她我]?[大二三小]?(?:爷爷|奶奶|外公|外婆|姥姥|姥爷|舅舅|舅妈|姑姑|姑妈|姨妈|姨|叔叔|伯伯|伯|嘎嘎|亲戚)(?:家|屋)"
    r"|[，,。；;！!？?：:、\s]|$"
)
# Of a county these leave no doubt, even if its name is a common word: 石门那边, 住大方.
_SURE_BEFORE = re.compile(r"(?:在|住|户口是?|户籍|老家是?|嫁到|搬到|送到|接到|回到|跑到)$")
_SURE_AFTER = re.compile(
    r"的[，,。]|有[个一户家两位人]|那边|这边|那里|县城|城里|街上|乡下|农村|老家|户口|户籍|打工|务工"
)
# A village's bare name among other names: 枝江江口老街上 is one, 富平县人民医院 is not.
VILLAGE_AFTER = re.compile(
    r"的|那[边里儿个头块]|这[边里儿个头块]|街上|老街|正街|村里|场[上坝]|集上|底下|下面|[一二三四五六七八九十\d]+组|组|队|寨|屯"
    r"|湾里|坝上|小学|教学点|卫生室|[，,。；;！!？?：:、\s]|$"
)
_NAME_BEFORE = re.compile(
    r"(?:叫|喊|唤|名叫|叫做|姓名|名字|名字是|学生|小朋友|小名|乳名|姓|未成年人|当事人|受害人)[：:]?[^，。\s]?$"
)
_BROTHER_BEFORE = re.compile(
    r"(?:兄弟|弟弟|哥哥|姐夫|妹夫|舅舅|叔叔|同学|朋友|邻居|老板|男的|女的|老公|老婆)$"
)
_NAME_AFTER = re.compile(
    r"[，,、（(\s]{0,2}(?:男|女|\d+\s*岁|[一二三四五六七八九十]+岁)|(?:的|他|她)?(?:妈|爸|爷|奶|父|母|家长|班主任|同学|哥|姐|弟|妹)"
    r"|同学|老师|某|(?:这|那)(?:个|位)?(?:人|娃|孩子|小子|老头|女的|男的)"
)
_WORD_BEFORE = re.compile(r"(?:[很挺好真太最更不没蛮老多够较]|特别|非常|平时|有点|比较|保|报|求)$")
_WORD_AFTER = re.compile(r"[得地点些了着过]|长大|无事|的?(?:孩子|性格|日子|相处)")
# Roads, shops and wares are called after places far away: 长沙路, 太原面馆, 富平柿饼.
_THING_AFTER = re.compile(
    r"[东西南北中一二三]?路|大道|大街|大桥|大厦|面馆|饭店|饭馆|餐馆|酒店|酒楼|宾馆|旅馆|超市|银行|公司|商会|老?陈醋|柿饼|牛肉|羊肉|米粉|豆腐|烤鸭|拉面"
    r"|凉皮|板鸭|腊肉|茶叶|特产|口味|菜馆|话|口音|牌"
)
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费"
    "廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵汪祁毛米贝明计成戴宋庞熊纪舒屈项祝董梁杜阮蓝"
    "闵季贾路娄江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房丁邓洪包左石崔吉龚程邢裴陆荣翁荀甄曲封储靳段焦"
    "谷车侯全班秋仲宁仇甘厉祖武符刘景詹龙叶司黎薄印白蒲卓乔胥闻党翟谭姬申冉牛边燕尚温庄晏柴瞿阎习艾向古易戈廖庾终耿"
    "满匡寇广禄东殴沃利蔚越师巩聂晁勾敖融冷辛阚简饶曾沙丰关查红游权盖涂欧"
)
_BOUNDARY = frozenset('，,。；;！!？?：:、（(【[ \n“"是的')


def is_person(before: str, after: str) -> bool:
    """Whether a bare name reads as a person's: 学生向当阳，男 · 叫平安的."""
    if PLACE_BEFORE.search(before):
        return False
    if _NAME_BEFORE.search(before):
        return True
    if before and before[-1] in _SURNAMES and (len(before) == 1 or before[-2] in _BOUNDARY):
        return True
    return bool(_NAME_AFTER.match(after))


def is_named(word: str, before: str) -> bool:
    """Whether a name that holds its generic word is a person's: 他兄弟|孙镇."""
    return (
        len(word) == 2
        and word[0] in _SURNAMES
        and bool(_NAME_BEFORE.search(before) or _BROTHER_BEFORE.search(before))
    )


def bare_weight(code: str, *, length: int, before: str, after: str, home: bool, lookalike: bool) -> float:
    """The weight of a bare name of ``length`` characters as ``code``; 1.0 and more stands by itself."""
    weight = (_BASE if home else _ELSEWHERE)[len(code)]
    # Long names seldom come about by chance.
    weight += (0.5 if len(code) == 12 else 0.3) * (length - 2)
    led = PLACE_BEFORE.search(before)
    county = home and len(code) == 6 and _TOWNSHIP_AFTER.match(after)
    followed = county or (VILLAGE_AFTER if len(code) == 12 else PLACE_AFTER).match(after)
    if led:
        weight += 0.6
    if followed:
        weight += 1.9 if len(code) == 12 else 0.4
    if len(code) == 12 and _SURE_AFTER.match(after):
        weight += 0.5
    if not followed and len(code) == 9:  # 龙井 in 龙井沟
        weight -= 0.5
    elif not led and not followed:  # 富平柿饼
        weight -= 0.3
    if is_person(before, after) or _THING_AFTER.match(after):
        weight -= 2.0
    if lookalike:
        if len(code) > 6 or not (county or _SURE_BEFORE.search(before) or _SURE_AFTER.match(after)):
            weight -= LOOKALIKE
        if _WORD_BEFORE.search(before) or _WORD_AFTER.match(after):
            weight -= 2.0
    return weight
