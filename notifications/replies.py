"""What an officer's SMS means.

A word that only begins like an answer is none: 去外地了 and 是打错了吧 must not stop a clock. What is not surely a
yes or a no is unclear, and the ladder goes on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

YES: Final = (
    "收到|签收|已签|已收|收悉|收|知道了|知道|明白|好的|好|是的|是|可以|嗯|行|ok|yes|去|我去|马上去|马上到|马上|在路上|路上|"
    "已到现场|已到|到现场|已出发|出发了|出发|回复1|1|👍|👌|🆗"
)
FILLER: Final = "谢谢|已经|已报警|报警了|已打|打了|我|了|的|到|哈|啊|大概|大约|约|就|这就|现在|内"
WHOLE_YES: Final = re.compile(rf"(?:{FILLER})*(?:{YES})(?:{YES}|{FILLER})*", re.IGNORECASE)
CANNOT: Final = re.compile(r"去不了|来不了|去不成|不能去|没法去|无法去|不去|来不成|赶不到|没空|走不开")
WHOLE_NO: Final = re.compile(r"回复2|2|no", re.IGNORECASE)
NOT_OURS: Final = re.compile(
    r"(?<!\d)(?:110|120|119|12345)(?!\d)|\d+\s*(?:分钟|小时|点|号楼|楼|栋|米|公里)(?:左右|以内|内)?"
)
"""Numbers that officers write and that are no case's: emergency lines, times, addresses."""
LONG: Final = re.compile(r"(?<!\d)(?:(\d{2})-?)?(\d{6})(?!\d)")
SHORT: Final = re.compile(r"(?<!\d)()(\d{2,5})(?!\d)")


@dataclass(frozen=True, slots=True)
class Reply:
    """`meaning`: "acknowledge", "decline", "unclear". `numbers`: which of the open cases it names."""

    meaning: str
    numbers: tuple[str, ...]


def read_reply(text: str, *, open_numbers: Sequence[str]) -> Reply:
    """Forgiving of form: "1", "收到", "收到！26-000123", "000123", "123 收到", "收到，10分钟到", "2，去不了".

    A case number alone acknowledges that case. A number that is none of `open_numbers` makes the reply unclear:
    it must not be taken for another case's.
    """
    rest, named, strange = unicodedata.normalize("NFKC", text), [], False
    for pattern in (LONG, NOT_OURS, SHORT):
        for match in pattern.finditer(rest) if pattern is not NOT_OURS else ():
            year, digits = match.groups()
            fitting = [n for n in open_numbers if n[3:] == digits.zfill(6) and (year or n[:2]) == n[:2]]
            named += fitting
            strange = strange or not fitting
        rest = pattern.sub(" ", rest)
    words = re.sub(r"[\s,，。.!！、:：;；~—-]+", "", rest)
    if strange:
        return Reply("unclear", ())
    if WHOLE_NO.fullmatch(words) or CANNOT.search(words):
        return Reply("decline", tuple(named))
    if WHOLE_YES.fullmatch(words) or (named and not words):
        return Reply("acknowledge", tuple(named))
    return Reply("unclear", tuple(named))
