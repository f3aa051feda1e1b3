"""What an officer's SMS means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

YES = re.compile(r"1|收到|签收|已收|知道了|明白|马上去|好的?|是|ok|yes|去", re.IGNORECASE)
NO = re.compile(r"2|去不了|不去|不能去|来不了|没空|no", re.IGNORECASE)
NUMBER = re.compile(r"(?:(\d{2})-?)?(\d{6})(?!\d)|(?<!\d)(\d{2,5})(?!\d)")


@dataclass(frozen=True, slots=True)
class Reply:
    """`meaning`: "acknowledge", "decline", "unclear". `numbers`: which of the open cases it names."""

    meaning: str
    numbers: tuple[str, ...]


def read_reply(text: str, *, open_numbers: Sequence[str]) -> Reply:
    """Forgiving of form: "1", "收到", "收到！26-000123", "000123", "123 收到".

    A case number alone acknowledges that case. A number that is none of `open_numbers` makes the reply unclear:
    it must not be taken for another case's.
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip(" .。!！,，~")
    named, rest, strange = [], plain, False
    for match in NUMBER.finditer(plain):
        year, six, short = match.groups()
        digits = six or short
        fitting = [n for n in open_numbers if n[3:] == digits.zfill(6) and year in (None, n[:2])]
        named += fitting
        strange = strange or not fitting
        rest = rest.replace(match.group(), " ")
    rest = re.sub(r"[\s,，。.!！、:：-]+", "", rest)
    if strange:
        return Reply("unclear", ())
    if NO.fullmatch(rest):
        return Reply("decline", tuple(named))
    if YES.fullmatch(rest) or (YES.match(rest) and len(rest) <= 8 and not re.search(r"不|没|吗|\?", rest)):
        return Reply("acknowledge", tuple(named))
    if named and not rest:
        return Reply("acknowledge", tuple(named))
    return Reply("unclear", tuple(named))
