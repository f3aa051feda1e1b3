"""How people shorten the names of divisions: stems, the generic words after them, and spelling.

A *stem* is a name without its generic word: 美原镇 -> 美原, 长阳土家族自治县 -> 长阳, 盘龙村委会 -> 盘龙.
A stem of one character (祁县, 澧县) is never looked for alone.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache

from opencc import OpenCC

MIN_STEM = 2


class Kind(IntEnum):
    """What the generic word after a name says it is; by the digits of the code, 0 when nothing is said."""

    NONE = 0
    PROVINCE = 2
    PREFECTURE = 3
    CITY = 4
    COUNTY = 6
    TOWNSHIP = 9
    VILLAGE = 12


_PEOPLES = (
    "蒙古族|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族"
    "|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族"
    "|阿昌族|普米族|塔吉克族?|怒族|乌孜别克族?|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|塔塔尔族?|独龙族|鄂伦春族|赫哲族"
    "|门巴族|珞巴族|基诺族|蒙古|各族|民族"
)
_PROVINCE = re.compile(r"(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市)$")
_CITY = re.compile(rf"(?:(?:{_PEOPLES})*自治州|地区|盟|市|州)$")
_COUNTY = re.compile(
    rf"(?:(?:{_PEOPLES})*自治县|(?:{_PEOPLES})*自治旗|特区|(?<=神农架)林区|新区|(?<=..)矿区|县|市|区|左旗|右旗|旗)$"
)
_TOWNSHIP = re.compile(
    rf"(?:街道办事处|街道|地区办事处|办事处|(?:{_PEOPLES})*乡|镇|地区|苏木|城乡统筹发展试验区|经济技术开发区|经济开发区|开发区"
    r"|工业园区|产业园区|管理区|管理委员会|管委会|社会事务服务中心|(?<=.)园区)$"
)
_VILLAGE = re.compile(
    r"(?:村?(?:村民|村)委员会|村民委(?:会|员)?|村民员委会|村委会|村委|(?:社区)?居民?委员会|(?:社区)?居委会|居委"
    r"|(?:虚拟)?生活区|虚拟社区|虚拟村)$"
)
_VILLAGE_WORD = re.compile(r"(?:新型农村|村|社区|嘎查)$")

# The generic word as it is said, read at the end of a stem in a text. 区 and 市 before a village's or a
# road's name are common words, 办 before 事 and 法 is a verb, so each carries what must not follow.
_SAID = re.compile(
    rf"""
    (?P<county>(?:{_PEOPLES})*自治[县旗]|县(?!道)|区(?!别)|旗(?!子))
  | (?P<city>市(?!场))
  | (?P<prefecture>(?:{_PEOPLES})*自治州|地区|州(?![路镇村])|盟)
  | (?P<province>(?:壮族|回族|维吾尔)?自治区|省)
  | (?P<township>街道办事处|街道办|街道|街办|办事处|(?:{_PEOPLES})*乡(?!村|下|道|亲)|镇(?!长办公)|地区办事处
      |苏木|办(?![事法理公案学厂班酒席了的喜丧证好完到])|社会事务服务中心|管理区|开发区|农场|林场|矿区)
  | (?P<village>村民委员会|村委会|村委|社区居民委员会|社区居委会|社区|居民委员会|居委会|居委|村|嘎查|大队)
    """,
    re.VERBOSE,
)
# The generic words alone, for names that are not in the gazetteer as written.
GENERIC = re.compile(
    rf"街道办事处|街道办|街道|街办|办事处|镇(?![静定住痛长里])|(?:{_PEOPLES})*乡(?![下亲村长里])|社区|村委会|村(?![里支主长干上民口头子医霸])|(?:{_PEOPLES})*自治县"
    r"|县(?!城(?![区关])|里|长)|市(?!场)|区(?!别)"
)
_GROUPS = {
    "county": Kind.COUNTY,
    "city": Kind.CITY,
    "prefecture": Kind.PREFECTURE,
    "province": Kind.PROVINCE,
    "township": Kind.TOWNSHIP,
    "village": Kind.VILLAGE,
}


def said_kind(text: str, position: int) -> tuple[Kind, int]:
    """The kind said by the generic word at ``position``, and where that word ends."""
    found = _SAID.match(text, position)
    if found is None or found.lastgroup is None:
        return Kind.NONE, position
    return _GROUPS[found.lastgroup], found.end()


_FITTING = {
    Kind.PROVINCE: (2,),
    Kind.PREFECTURE: (4,),
    Kind.CITY: (2, 4, 6),
    Kind.COUNTY: (6,),
    Kind.TOWNSHIP: (9,),
    Kind.VILLAGE: (12,),
}


def fits(kind: Kind, code: str) -> bool:
    """Whether a division may be called by a generic word of that kind (市 is said of three levels)."""
    return kind is Kind.NONE or len(code) in _FITTING[kind]


@cache
def _simplified() -> dict[int, str]:
    characters = "".join(map(chr, range(0x3400, 0xA000)))
    # One character a line, so that no phrase of OpenCC's joins two of them and lengths stay equal.
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new}
    table.update({code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF1A)})
    # Half-width stops are written as often as full-width ones; the cues know only these.
    table.update(str.maketrans(",;:!?()", "，；：！？（）"))
    return table


def simplify(text: str) -> str:
    """Traditional characters to simplified ones, character by character: offsets stay valid.

    Text and names pass through the same table, so 乾县, which becomes 干县, still meets itself.
    """
    return text.translate(_simplified())


def _stem(name: str, generic: re.Pattern[str]) -> str:
    stem = generic.sub("", name)
    return stem if len(stem) >= MIN_STEM else name


def upper_stem(name: str, length: int) -> str:
    """The stem of a province's, city's or county's name (``length``: digits of its code)."""
    generic = {2: _PROVINCE, 4: _CITY, 6: _COUNTY}[length]
    return _stem(simplify(name), generic)


def township_stem(name: str) -> str:
    """The stem of a township's name: 千溪彝族苗族白族乡 -> 千溪, 三桥路街道 -> 三桥路, 城区 -> 城区."""
    return _stem(simplify(name), _TOWNSHIP)


def township_rank(word: str) -> int:
    """1 for 乡, 2 for 镇, 3 for 街道 and its short forms at the end of a word or name; 0 for others."""
    if word.endswith("乡"):
        return 1
    if word.endswith("镇"):
        return 2
    return 3 if word.endswith(("街道", "街道办事处", "街道办", "街办")) else 0


def village_stem(name: str) -> tuple[str, str]:
    """A village's stem and its word: 新村村委会 -> (新村, 村), 江口社区居委会 -> (江口, 社区)."""
    plain = simplify(name)
    bare = _VILLAGE.sub("", plain)
    tail = plain[len(bare) :]
    word = "社区" if "居" in tail or "社区" in tail else "村"
    generic = _VILLAGE_WORD.search(bare)
    if generic:
        word = "社区" if generic.group() == "新型农村" else generic.group()
        if len(bare) - len(generic.group()) >= MIN_STEM:
            bare = bare[: generic.start()]
    return (bare if len(bare) >= MIN_STEM else bare + word), word
