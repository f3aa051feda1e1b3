"""Characters by their sound, as speech recognition confuses them.

One private-use character stands for one syllable without tone, so a text and its sounds have the same length and
places. Syllables that the speech of our areas runs together share one: zh/z, ch/c, sh/s, n/l, -ing/-in, -eng/-en.
"""

from __future__ import annotations

import pypinyin

_FIRST_CODE = 0xE000


class Sounds:
    """Character table built once from pypinyin's dictionary."""

    def __init__(self) -> None:
        codes: dict[str, int] = {}
        self._table: dict[int, int] = {}
        for character in pypinyin.constants.PINYIN_DICT:
            if 0x4E00 <= character < 0xA000:
                syllable = _plain(pypinyin.lazy_pinyin(chr(character))[0])
                self._table[character] = codes.setdefault(syllable, _FIRST_CODE + len(codes))

    def of(self, text: str) -> str:
        return text.translate(self._table)


def _plain(syllable: str) -> str:
    for spoken, plain in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")):
        if syllable.startswith(spoken):
            syllable = plain + syllable[len(spoken) :]
            break
    if syllable.endswith(("ing", "eng")):
        syllable = syllable[:-1]
    return syllable
