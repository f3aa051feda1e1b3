"""What the reading of a text says about where the child is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the text.

    ``code`` has at most 9 digits, ``village`` 12 or none; ``name`` is the full name in Chinese; ``score`` is
    in 0..1; ``words`` are the words of the text it rests on, ``text[start:end]`` of the text as received.
    """

    code: str
    village: str
    name: str
    score: float
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the child is, or honestly less.

    ``code`` has 2, 4, 6 or 9 digits. It is ``""`` when nothing is known beyond the home city, and the home
    city's own code when the text fits several of its counties. ``village`` has 12 digits or is ``""``.
    ``sure`` is in 0..1. With ``needs_confirmation`` a person must settle something before anybody can drive
    off: ``question`` says what, in Chinese; it is ``""`` once the township is certain. ``bridged`` tells in
    Chinese which old, short, misheard or mistyped name was taken for which division. ``informed`` is the
    place of a household registration other than ``code``, or ``""``.
    """

    code: str
    village: str
    sure: float
    needs_confirmation: bool
    candidates: tuple[Candidate, ...]
    question: str
    bridged: tuple[str, ...]
    informed: str
