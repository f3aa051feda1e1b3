"""What sounds alike: names heard by speech recognition, compared by pinyin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice, product

# A name of four characters with two readings each has 16 sounds; more are never meant.
MAX_SOUNDS = 16
SAME_SOUND, OTHER_TONE, NEAR_SOUND, UNLIKE = 0.0, 0.15, 0.5, 9.0

# Distinctions that southern and north-western speakers, and so the recogniser, do not keep.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))
_H_TO_F = {"hui": "fei", "hua": "fa", "huan": "fan", "hun": "fen", "huo": "fo", "hu": "fu"}


@lru_cache(maxsize=2048)
def loose(syllable: str) -> str:
    """A syllable without tone and what dialects merge: ``zhang1`` -> ``zan``, ``huang2`` -> ``fan``."""
    plain = syllable.rstrip("12345").replace("v", "u")
    for strict, merged in _INITIALS:
        if plain.startswith(strict):
            plain = merged + plain[len(strict) :]
            break
    for strict, merged in _FINALS:
        if plain.endswith(strict):
            plain = plain[: -len(strict)] + merged
            break
    return _H_TO_F.get(plain, plain)


class Sounds:
    """Readings of characters, and how far two names of one length are apart by ear."""

    def __init__(self, readings: Mapping[str, tuple[str, ...]]) -> None:
        self._readings = readings
        self._loose = {
            character: tuple(dict.fromkeys(map(loose, syllables)))
            for character, syllables in readings.items()
        }

    def keys(self, name: str) -> list[str]:
        """The loose sounds of a name, for an index; empty if a character has no reading."""
        choices = [self._loose.get(character) for character in name]
        if not all(choices):
            return []
        return [" ".join(found) for found in islice(product(*[one for one in choices if one]), MAX_SOUNDS)]

    def distance(self, heard: str, name: str) -> float:
        """Mean distance of two names: 0 same sound, 0.15 tones differ, 0.5 merged by dialect."""
        if len(heard) != len(name):
            return UNLIKE
        return sum(map(self.between, heard, name)) / len(name)

    def between(self, one: str, other: str) -> float:
        """Distance of two characters."""
        if one == other:
            return SAME_SOUND
        first, second = self._readings.get(one, ()), self._readings.get(other, ())
        if set(first) & set(second):
            return SAME_SOUND
        if {sound.rstrip("12345") for sound in first} & {sound.rstrip("12345") for sound in second}:
            return OTHER_TONE
        if set(self._loose.get(one, ())) & set(self._loose.get(other, ())):
            return NEAR_SOUND
        return UNLIKE


class SoundIndex:
    """Names of an area by their loose sound."""

    def __init__(self, sounds: Sounds, names: Iterable[tuple[str, str]]) -> None:
        self._sounds = sounds
        codes: dict[str, list[str]] = defaultdict(list)
        for name, code in names:
            if code not in codes[name]:
                codes[name].append(code)
        #: stem -> codes
        self.names = {name: tuple(found) for name, found in codes.items()}
        self._by_sound: dict[str, set[str]] = defaultdict(set)
        for name in self.names:
            for key in sounds.keys(name):
                self._by_sound[key].add(name)

    def alike(self, heard: str) -> list[tuple[float, str]]:
        """(distance, stem) of the names that sound like ``heard``, nearest first."""
        names = {name for key in self._sounds.keys(heard) for name in self._by_sound.get(key, ())}
        return sorted((self._sounds.distance(heard, name), name) for name in names)
