"""Whose place is told: the child's now, a registration, the past, the reporter's, or none of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from routing.places.chains import Chain


class Role(Enum):
    """What the words around a place make of it."""

    PRESENT = "present"
    TOLD = "told"
    REGISTERED = "registered"
    PAST = "past"
    ELSEWHERE = "elsewhere"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Told:
    """A chain with its role and how likely the child is there: above 0 speaks for it."""

    chain: Chain
    role: Role
    score: float


# The score of a place headed as the reporter's or the hospital's: the child's only when a person says so.
REPORTERS = -4.0
_CHILD = (
    r"(?:娃娃|娃儿|奶娃|男娃|女娃|娃子|娃|孩子们?|小孩|孩儿|伢子|女伢|男伢|伢儿|伢|崽崽|奶崽|妹崽|崽|仔|小朋友|学生|儿子|女儿|闺女|姑娘|丫头"
    r"|妹子|小妹|妹妹|弟弟|孙子|孙女|孙娃|外孙女?|侄儿|侄子|侄女|外甥女?|小男孩|小女孩|男孩|女孩|男生|女生|少年|少女|幺妹|幺儿|俩娃"
    r"|小的|大的|老大|老二|老幺|未成年人?|他|她|人|姐弟|兄妹|兄弟|姐妹)"
)
_KIN = (
    r"(?:爷爷奶奶|外公外婆|姥姥姥爷|爸爸妈妈|爹妈|爸妈|父母|爷爷|奶奶|外婆|外公|外爷|姥姥|姥爷|家婆|家公|嘎嘎|嘎婆|阿公|阿婆|舅舅|舅妈|舅娘|姑姑"
    r"|姑妈|姑父|姑爹|姨妈|姨父|姨娘|姨|大伯|伯伯|伯父|伯娘|伯|叔叔|叔父|叔|婶婶|婶|爸爸|妈妈|父亲|母亲|继父|继母|养父|养母|后爸|后爹|后妈"
    r"|后娘|亲爸|亲妈|亲爹|亲娘|生父|生母|干爹|干妈|姐姐|哥哥|姐夫|妹夫|女婿|儿媳妇?|媳妇|嫂子|弟媳妇?|弟妹|婶子|前妻|前夫|老公|老婆|堂客|婆娘|堂哥|堂姐|表哥|表姐|祖父母?|祖母|外祖父母?|外祖母|爷|奶|婆|爸|爹|妈|娘|父|母|舅|姑|姐|哥|监护人|亲戚|保姆"
    r"|师傅|老师|老板)"
)
_CHILD_KIN = rf"(?:(?:{_CHILD})(?:的|他|她|家)*|我|俺|咱|前)?(?:亲)?(?P<kin>{_KIN})"
_IS_CHILD = re.compile(_CHILD)
_SUBJECT = re.compile(
    rf"(?P<with>(?:跟着?|随着?|同|和|由|被|让|给|归|交给|丢给|扔给|托给|送给|寄养在|养在|放在)(?:{_CHILD}|我|俺)*(?:的)?(?:{_KIN}))"
    rf"|(?P<kin>(?:{_CHILD}(?:的|他|她|家)*|我们?|俺|前)?(?:亲)?{_KIN})"
    rf"|(?P<child>{_CHILD})|(?P<self>我们?|俺们?|咱们?|本人)"
)
_SENTENCE = re.compile(r"[。！!？?；;\n]")
_CLAUSE = re.compile(r"[，,：:、]")

_WORK = (
    r"(?:打工|务工|上班|干活|做工|做活|做事|送外卖|送快递|跑车|跑外卖|开车|开店|做生意|搞装修|搞工程|进厂|厂里|电子厂|工地|出差|当兵|部队|坐牢"
    r"|服刑|读大学|上大学|念大学|带工|当保姆|挣钱|卖菜|摆摊|那边回不|回不去|回不来|赶不回|赶不到|走不开|够不着|管不了|管不到)"
)
_WORK_AFTER = re.compile(rf"[^，,。；;！!？?]{{0,8}}{_WORK}|[，,]?(?:回不去|回不来|赶不回|走不开|够不着)")
_DENIED = re.compile(
    r"(?:不在|没在|没得在|不是|并非|不住|不去|没去|没到|不属于|别弄成|别当成|莫搞成|以为是?|而非|非)[^，。]{0,4}$"
)
_FROM = re.compile(r"(?:从|打从|由|自|离开|离了|逃出|跑出)[^，。]{0,3}$")
_FROM_AFTER = re.compile(
    r"[^，。]{0,6}(?:接走|带走|领走|抱走|拐|跑|逃|搬|转|来|出来|回来|送|弄走|骗|接|领|带)"
)
_FROM_CALL = re.compile(r"[^，。]{0,4}(?:打来|打电话|打过来|来电)")
# 昭君故里都去过; 跟江苏那个如东没关系.
_VISITED_AFTER = re.compile(r"[^，。；;！!？?]{0,6}(?:去过|玩过|来过|到过|耍过|旅游|没关系|无关|不相干)")
_REGISTERED = re.compile(r"(?:户籍|户口|户头|籍贯|身份证|落户|上户|入户|报的户|户在)[^，。]{0,8}$")
_REGISTERED_AFTER = re.compile(r"(?:那边|那里|那)?的?(?:户籍|户口|户头|籍贯|籍|身份证)")
_ROLL = re.compile(r"(?:学籍|报名|挂名)[^，。]{0,8}$")
_ROLL_AFTER = re.compile(r"的?学籍")
_ORIGIN = re.compile(r"(?:老家|祖籍|原籍|娘家|本是|原是|出生(?!就|起|后|以来)|生在|生于|籍)[^，。]{0,5}$")
_ORIGIN_AFTER = re.compile(
    r"(?:那边)?(?:人(?=[，,。；;、]|$)|人氏|来的|过来的|转来|转学|嫁过?来|嫁过?去|口音|老家|的老家|籍|娶来|拐来|买来|流浪来|搬来|跑来|逃来)"
)
_PAST = re.compile(
    r"(?:以前|原来|原先|原本|之前|从前|过去|早先|早年|曾经?|原住|本来|当初|起先|起初|一开始|开头|往年|先是?|最早)"
    r"[^，。]{0,10}$"
)
# Times at which something was so, or began: 去年在 tells the past, 去年搬到 the present.
_PAST_TIME = re.compile(r"(?:去年|前年|上学期|上个月|小时候|前几年|前阵子?)[^，。]{0,12}$")
_NOW_WORD = re.compile(
    r"(?:现住|现居|现在|现|如今|眼下|目前|这会儿|这阵|这几天|今天|今早|今晚|眼前|当前|近来|最近|已经|这学期|后来|接着|又|结果|刚)[^，。]{0,14}$"
)
_LIVES = re.compile(
    r"(?:暂住|租住|租在|租房|租的?房|借住|寄住|寄居|寄养|寄宿|寄放|养在|放在|丢在|丢给|丢到|扔在|扔给|留在|撇在|躲在|藏在|关在|锁在|困在"
    r"|人在|娃在|孩子在|落脚|(?:现在|如今|目前|眼下|这会儿|已经|还|一直)在|安置|安顿|收留|住在|住到|住|待在|呆在|蹲在|流浪|过继|抱养|抱到|弄到|卖到|嫁到|说是在|人已|生活)[^，。]{0,10}$"
)
_MOVED = re.compile(
    r"(?:送|跑|逃|接|领|带|搬|转|回|拉|抱|弄|迁|躲|流落|流浪|溜|骗|拐|调|拖|撵|赶|移|去)(?:学|家)?(?:到|去|回|往|至|进|了|来|在)+"
    r"[^，。]{0,6}$|(?:去了?|到了?|回了?|跑)$"
)
# Of a relative these tell where the relative went; with 送, 接, 领 it is the child who was moved.
_WENT = re.compile(r"(?:跑|逃|回|去|走|改?嫁|搬|溜|躲)(?:到|去|回|往|了|来)+[^，。]{0,4}$|(?:去|回|嫁)$")
_TAKES = re.compile(r"送|接|领|带|抱|拉|弄|抢|拐|骗|丢|扔|放|留|养|把|给")
_LOCATIVE = re.compile(r"(?:在|住|到|去|回|往|来|跟|随|被)[^，。]{0,8}$")
_HOME_BEFORE = re.compile(
    r"(?:家住|家在|屋里在|屋里住|家里在|住址|地址|家是|屋在|家庭住址|住在|家)[是为在：:]*$"
)
_SCHOOL_AFTER = re.compile(
    r"[^，,。；;]{0,8}(?:中学|小学|初中|高中|学校|幼儿园|读书|上学|念书|读小学|读初中|读高中|读[一二三四五六七八九])"
)
# 赤水镇的娃，在瓜坡中学念书
_OF_CHILD_AFTER = re.compile(rf"的(?:一个|个)?{_CHILD}[，、]")
_BOARDS = re.compile(r"[^。；;]{0,12}(?:住校|寄宿|住读|宿舍)")
_INFORMANT_AFTER = re.compile(
    r"(?:那边|这边)?的?(?:一个|一位|有个)?(?:朋友|亲戚|同事|同学|网友|熟人|老乡|志愿者|社工|记者|律师|老板)[^，。]{0,4}"
    r"(?:告诉|打来|打电话|来电|说|讲|发现|看到|看见|听说|反映|发来|转来|报)"
)
# How clerks and hospitals head whose place it is: 举报人：武陵区某学校; 患儿，家住; 收治一名女童，来自澄城.
_REPORTER_LABEL = re.compile(
    r"(?:(?:举报|来电|反映|报告|报案|联系|诉求|投诉|报警|送诊|陪同)(?:人|单位|者)(?:地址|住址|归属地)?|来电归属地|来电地|归属地|承办单位|报送单位|转办单位)"
    r"[：是为住][^，。；;]{0,4}$"
)
_CHILD_LABEL = re.compile(
    r"(?:患儿|患童|学生|孩子|儿童|当事人|受害人|被害人|未成年人|该生|现住址|住址|事发地|事发地点|诉求地点|诉求区域|地点)[：:]$"
)
_TREATED = re.compile(r"(?:收治|接诊|门诊|急诊)[^。；;]{0,14}来自$")
_TREATS_AFTER = re.compile(r"[）)】\]]?(?:收治|接诊)")
_PATIENT = re.compile(r"(?:患儿|患者|患童|该患|该生|学生)[^。；;]{0,10}$")
_OWN_HOME = re.compile(r"(?:我|俺|我们)家?(?:住|在|是)[^，。]{0,4}$")
# 留在老家的侄女: the old home told elsewhere in the text is where the child is.
_AT_OLD_HOME = re.compile(
    rf"(?:在|留在|放在|丢在|搁在|送回|送到|带回|接回|回)(?:了)?老家|老家的?(?:{_CHILD})"
)
_VISIT_AFTER = re.compile(
    r"(?:那边|镇上|街上|的)?(?:[^，,。；;]{0,4})(?:派出所|公安局|警察|法院|检察院|民政|妇联|救助站|医院|卫生院|诊所|车站|火车站|高铁站|汽车站)"
    r"|[^，,。；;]{0,4}(?:赶集|赶场|看病|报案|求救|走亲戚|吃酒|玩|开会|办事|打疫苗)"
)
_SELF_IN = re.compile(r"(?:我|俺|我们|本人)(?:人|现在|目前|一直|都|也|是)*(?:在|于)$")
_SELF_OF = re.compile(r"(?:我|俺|我们|本人|这里|这儿)(?:家)?(?:是|住|家住|家在|在)?$")
_KIN_PLACE = re.compile(
    rf"(?P<kin>{_KIN})(?:们|家里?|屋里?|那边|那头|老家|一家|自己|人)*(?:就|现|都|是|还)*(?:在|住在?|是)?$"
)
_WITH_KIN = re.compile(r"[跟和随被由给同把丢]|带着|放在|养在|住在|寄养")


# 在我们夷陵区: no subject, only where the speaker is at home.
_OUR = re.compile(r"(?:我们|咱们|俺们|咱|你们)(?:这边|这里|这儿|那边|村|镇|乡|县|这)?的?$")
_ADULT = re.compile(r"[^，。]{0,6}(?:坐牢|服刑|当兵|读大学|上大学|念大学)")


def _context(text: str, start: int, floor: int) -> tuple[str, str]:
    """The clause before ``start``, and the rest of its sentence before that; neither reaches ``floor``."""
    sentence = floor
    for found in _SENTENCE.finditer(text, floor, start):
        sentence = found.end()
    clause = sentence
    for found in _CLAUSE.finditer(text, sentence, start):
        clause = found.end()
    return text[clause:start], text[sentence:clause]


def _subject(words: str) -> str:
    """The last subject named in ``words``: child, kin, self or nothing; a child with its kin is the child."""
    words = _OUR.sub("", words)
    subject = ""
    for found in _SUBJECT.finditer(words):
        kind = found.lastgroup or ""
        if kind == "with":
            subject = subject if subject in ("child", "self") else "child"
        elif not (subject == "child" and kind == "kin" and found.start() == 0):
            subject = kind
    return subject


def read_role(text: str, chain: Chain, home: str, floor: int, ceiling: int) -> Told:
    """The role of one chain; ``floor`` and ``ceiling`` are where its neighbours end and begin."""
    clause, earlier = _context(text, chain.start, floor)
    after = text[chain.end : min(ceiling, chain.end + 24)]
    if _DENIED.search(clause) or _VISITED_AFTER.match(after):
        return Told(chain, Role.DENIED, -6.0)
    if _FROM.search(clause):
        if _FROM_CALL.match(after):
            return Told(chain, Role.ELSEWHERE, -4.0)
        if _FROM_AFTER.match(after) or re.search(r"(?:离|逃出|跑出)[^，。]{0,3}$", clause):
            return Told(chain, Role.PAST, -4.0)
    if _REGISTERED.search(clause) or _REGISTERED_AFTER.match(after):
        return Told(chain, Role.REGISTERED, -3.0)
    if _ROLL.search(clause) or _ROLL_AFTER.match(after):
        return Told(chain, Role.PAST, -3.0)
    if _REPORTER_LABEL.search(earlier + clause) or _TREATS_AFTER.match(after):
        return Told(chain, Role.TOLD, REPORTERS)
    origin = _ORIGIN.search(clause)
    back = re.search(r"回(?:到|了)?$", clause)  # 前天回大荔双泉镇老家，看见
    # 娘家侄女在: what follows is the niece's place.
    if (origin and not _IS_CHILD.search(clause, origin.start() + 2)) or (
        _ORIGIN_AFTER.match(after) and not back and not _PATIENT.search(earlier + clause)
    ):
        if "老家" in clause and _AT_OLD_HOME.search(text):
            return Told(chain, Role.PRESENT, 4.0)
        return Told(chain, Role.PAST, -2.5)
    now, lives, moved = _NOW_WORD.search(clause), _LIVES.search(clause), _MOVED.search(clause)
    if (_PAST.search(clause) and not now) or (_PAST_TIME.search(clause) and not (now or lives or moved)):
        return Told(chain, Role.PAST, -3.0)
    subject = _subject(clause) or _subject(earlier)
    works = _WORK_AFTER.match(after)
    if _SELF_IN.search(clause):
        # Who tells a place of the home city is there and sees it; who tells a city far away is not.
        near = len(chain.codes[0]) >= 6 and chain.codes[0].startswith(home[:4]) and not works
        return Told(chain, Role.TOLD, -1.5) if near else Told(chain, Role.ELSEWHERE, -4.0)
    if (works and subject in ("self", "kin")) or _ADULT.match(after):
        return Told(chain, Role.ELSEWHERE, -5.0)
    if subject in ("self", "kin") and _WENT.search(clause) and not _TAKES.search(clause):
        return Told(chain, Role.ELSEWHERE, -3.0)
    house = _KIN_PLACE.search(clause) and not _WITH_KIN.search(clause)
    if house and not chain.codes[0].startswith(home[:4]):
        return Told(chain, Role.ELSEWHERE, -3.0)
    score = 0.0
    words = clause or earlier
    if not (now or lives or moved) and not _subject(clause):
        lives, moved = _LIVES.search(earlier.rstrip("，,")), _MOVED.search(earlier.rstrip("，,"))
        lives = lives or re.search(
            r"(?:寄养|丢给|扔给|托给|交给|养在|放在|留在|跟着|住在|送到|送给|送去)[^，。]{0,8}[，,]?$", words
        )
    own = _OWN_HOME.search(clause) or (_subject(clause) == "self" and not _TAKES.search(clause))
    if (lives or moved) and not own:
        score += 3.0
    if now:
        score += 1.5
    if subject == "child" and _LOCATIVE.search(clause):
        score += 1.0
    if own:
        score -= 1.0
    elif (
        _HOME_BEFORE.search(clause)
        or _CHILD_LABEL.search(earlier + clause)
        or _TREATED.search(earlier + clause)
    ):
        score += 2.0
    if _INFORMANT_AFTER.match(after):
        score -= 2.0
    if _OF_CHILD_AFTER.match(after) and not clause.endswith("是"):
        score += 1.0
    if _SCHOOL_AFTER.match(after):
        score += 0.5 + (2.0 if _BOARDS.search(after) else 0.0)
    if _VISIT_AFTER.match(after):
        score -= 2.0
    if house and not (lives or moved):
        score -= 1.5
    return Told(chain, Role.PRESENT if score >= 1.5 else Role.TOLD, score)


def read_roles(text: str, chains: list[Chain], home: str) -> list[Told]:
    """Each chain with its role; later movements and "now with grandmother" are taken into account."""
    told = []
    for position, chain in enumerate(chains):
        floor = chains[position - 1].end if position else 0
        ceiling = chains[position + 1].start if position + 1 < len(chains) else len(text)
        told.append(read_role(text, chain, home, floor, ceiling))
    present = [position for position, one in enumerate(told) if one.role is Role.PRESENT]
    if len(present) > 1:
        # People tell a flight in its order: the last place is where the child is.
        last = told[present[-1]]
        told[present[-1]] = Told(last.chain, last.role, last.score + 1.2)
    for position, one in enumerate(told):
        bonus = _stays_with(text, one.chain, chains[position - 1].end if position else 0)
        if bonus:
            told[position] = Told(one.chain, Role.PRESENT, one.score + bonus)
    return told


def _stays_with(text: str, chain: Chain, floor: int) -> float:
    """4 when the chain tells the house of a relative with whom, says another place, the child lives now."""
    clause, _ = _context(text, chain.start, floor)
    owner = _KIN_PLACE.search(clause)
    if owner is None:
        return 0.0
    kin = owner.group("kin")
    here = chain.start - len(clause)
    pattern = (
        rf"(?:跟着?|随着?|在|住|送到|放在|寄养在|养在|由|归|靠|丢给|交给|托给)(?:{_CHILD}|我)*(?:的)?{kin}"
    )
    for found in re.finditer(pattern, text):
        if not here <= found.start() < chain.end:
            return 4.0
    return 0.0
