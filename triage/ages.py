"""Ages a text states or implies, in whole years, as ranges.

Grades stand for the ages usual in them (protocol rule 8: 一年级 is 6 to 7), 虚岁 is a year or two more than the law's
周岁, months and 月子里 are 0. Ages of 18 and above are kept apart: they say who is not a child.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_N = r"(?:\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_STATED = re.compile(
    rf"""
    (?P<nominal>虚岁|虚)?
    (?:
        (?P<tens>[二三四五六七八]?十)(?P<several>来|几|多)岁
      | (?P<low>{_N})[-~到至、](?P<high>{_N})(?:周)?岁
      | (?P<near>[二三四五六七八]?十?[一二三四五六七八九][一二三四五六七八九])(?:周)?岁
      | (?P<years>{_N})(?:个)?(?P<more>多)?(?:周)?岁(?P<half>半)?(?P<under>以下|以上|之前|前|以内)?
      | (?P<months>{_N})个?多?月(?:大|龄|的(?:孩子|宝宝|娃|婴儿|男婴|女婴|儿子|女儿|孙))
      | 今年(?:才|刚|刚满|满|都|已经)?(?P<bare>1\d|\d)(?=[,。!?;\s了]|$)
      | (?:才|刚满|刚刚满|不满|未满)(?P<short>1[0-7]|[1-9])(?=[,。!?;\s了]|$)
    )
    """,
    re.VERBOSE,
)
_UNDER = re.compile(rf"(?:不满|未满|不到|不足|没满|还没满|没到)(?P<years>{_N})(?:周)?岁")
_BABY = re.compile(
    r"新生儿|刚出生|出生(?:才|刚|仅)?[\d一二两三四五六七八九十几]+(?:多)?(?:天|个月|周|小时)|月子里|坐月子|满月|没满月|百天"
    r"|婴儿|女婴|男婴|毛毛|月娃|奶娃|脐带|襁褓|半岁|吃奶|奶瓶|尿不湿|早产儿|才生(?:下来)?|刚生下"
)
_GRADE = re.compile(
    r"(?P<primary>(?:小学|小)?[一二三四五六1-6]\s?年级|小学?[一二三四五六](?![个次时孩朋学童年点])|上小[一二三四五六])"
    r"|(?P<middle>[七八九789]\s?年级|初[一二三](?!次))"
    r"|(?P<high>高[一二三](?!次))"
    r"|(?P<class>(?<![\d])[1-9一二三四五六七八九]\s?[\((]\s?[\d一二三四五六七八九十]{1,2}\s?[\))]\s?班)"
    r"|(?P<room>(?<![\d])[1-6]0[1-9]班)"
    r"|(?P<nursery>托班|小托|小班|中班|大班|学前班|幼儿园|幼托)"
    r"|(?P<school>小学生|读小学|上小学|初中生|读初中|上初中|初中部|高中生|读高中|上高中|中职|职高|职校|中专|技校|大学生|研究生)"
)
_NURSERY = {"托班": (2, 3), "小托": (2, 3), "小班": (3, 4), "中班": (4, 5), "大班": (5, 6), "学前班": (5, 6)}
_SCHOOLS = {"小": (6, 12), "初": (12, 15), "高": (15, 17), "职": (15, 17), "专": (15, 17), "技": (15, 17)}
_ADULT = 18


@dataclass(frozen=True, slots=True)
class Ages:
    """`children` below 18 and `adults` from 18, each a sorted tuple of (low, high) in whole years."""

    children: tuple[tuple[int, int], ...]
    adults: tuple[tuple[int, int], ...]
    spans: tuple[tuple[int, int, str], ...] = ()

    @property
    def youngest(self) -> int | None:
        """The lowest age a child may have: in doubt the more urgent."""
        return min((low for low, _ in self.children), default=None)

    @property
    def surely_from(self) -> int | None:
        """The age the youngest child surely has reached."""
        return min((high for _, high in self.children), default=None)


def find_ages(text: str) -> Ages:
    """`text` as normalised."""
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    for match in _UNDER.finditer(text):
        high = _number(match["years"]) - 1
        if 0 <= high < _ADULT - 1 and not text.startswith(("的未成年", "儿童"), match.end()):
            found[(max(0, high - 1), high)] = (*match.span(), match.group())
    under = {match.end() for match in _UNDER.finditer(text)}
    for match in _STATED.finditer(text):
        span = _stated(match)
        if span and match.end() not in under and match["under"] is None:
            found.setdefault(span, (*match.span(), match.group()))
    for match in _BABY.finditer(text):
        found.setdefault((0, 0), (*match.span(), match.group()))
    for match in _GRADE.finditer(text):
        grade = _grade(match)
        # A stated age says more than a grade; 幼儿园 alone says least.
        if grade and not (match["school"] and found) and not any(_within(age, grade) for age in found):
            found.setdefault(grade, (*match.span(), match.group()))
    children = sorted(age for age in found if age[0] < _ADULT)
    adults = sorted(age for age in found if age[0] >= _ADULT)
    return Ages(tuple(children), tuple(adults), tuple(sorted(found.values())))


def _within(age: tuple[int, int], grade: tuple[int, int]) -> bool:
    return grade[0] - 1 <= age[0] and age[1] <= grade[1] + 1


def _number(word: str) -> int:
    if word.isdigit() and word.isascii():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return _DIGITS.get(word, 0)
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def _stated(match: re.Match[str]) -> tuple[int, int] | None:
    if match["tens"]:
        ten = _number(match["tens"])
        low, high = {"来": (0, 3), "几": (1, 9), "多": (1, 5)}[match["several"]]
        span = (ten + low, ten + high)
    elif match["low"]:
        span = (_number(match["low"]), _number(match["high"]))
    elif match["near"]:
        word = match["near"]
        tens = word[:-2]
        span = (_number(tens + word[-2]), _number(tens + word[-1]))
        if span[1] != span[0] + 1:
            return None
    elif match["years"]:
        years = _number(match["years"])
        span = (years, years)
    elif match["months"]:
        months = _number(match["months"])
        span = (months // 12, months // 12)
    else:
        years = int(match["bare"] or match["short"])
        span = (years, years)
    if match["nominal"]:
        span = (max(0, span[0] - 2), max(0, span[1] - 1))
    if span[0] < _ADULT <= span[1]:
        span = (span[0], _ADULT - 1)
    return span if span[0] <= span[1] <= 120 else None


def _grade(match: re.Match[str]) -> tuple[int, int] | None:
    word = match.group()
    if match["nursery"]:
        return _NURSERY.get(word, (3, 6))
    if match["school"]:
        return next((ages for mark, ages in _SCHOOLS.items() if mark in word), (18, 24))
    if match["high"]:
        year = 9 + _number(word[-1])
    elif match["middle"]:
        year = 6 + _number(word[1]) if word[0] == "初" else _number(word[0])
    elif match["room"] or match["class"]:
        year = _number(word[0])
    else:
        year = next(_number(mark) for mark in word if mark in _DIGITS or mark.isdigit())
    ages = (year + 5, year + 6)
    return (ages[0], min(ages[1], _ADULT - 1))
