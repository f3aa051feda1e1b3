"""How right the places are, measured as the bar measures them: on labelled texts, by any reader of places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from routing.places.placement import Placement

TOWNSHIP, COUNTY = 9, 6
Locate = Callable[[str, str], Placement]


@dataclass(frozen=True, slots=True)
class Case:
    """A text with where the child is.

    ``home`` is the NBS code of the city whose line received it; ``gold`` the narrowest division the text fixes
    (2 to 9 digits, ``""`` for none); ``accept`` the townships between which it leaves the choice.
    """

    name: str
    home: str
    text: str
    gold: str
    accept: frozenset[str]

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Case:
        """From ``id``, ``home``, ``text``, ``gold`` and ``accept``; raises ``ValueError`` naming the field."""
        if not isinstance(fields, Mapping):
            raise ValueError(f"an object is wanted, not {fields!r}")
        for field in ("id", "home", "text", "gold"):
            if not isinstance(fields.get(field), str):
                raise ValueError(f"{field}: a string is wanted, not {fields.get(field)!r}")
        accept = fields.get("accept", [])
        if not isinstance(accept, list) or not all(isinstance(code, str) for code in accept):
            raise ValueError(f"accept: a list of codes is wanted, not {accept!r}")
        return cls(fields["id"], fields["home"], fields["text"], fields["gold"], frozenset(accept))


@dataclass(frozen=True, slots=True)
class Measures:
    """The bar's measures; each share is over the cases it is about, 1.0 (0.0 for errors) where there are none.

    ``right_without_asking``: of cases that fix a township. ``wrong_without_flag``: of all; ``silent`` names
    them. ``ambiguous_flagged``: of cases that leave a choice. ``county_right``: of cases that fix a county.
    """

    cases: int
    right_without_asking: float
    wrong_without_flag: float
    ambiguous_flagged: float
    county_right: float
    silent: tuple[str, ...]
    missed: tuple[str, ...]


def measure(cases: Iterable[Case], locate: Locate) -> Measures:
    """Read every case and count."""
    found = [(case, locate(case.text, case.home)) for case in cases]
    fixed = [(case, place) for case, place in found if not case.accept]
    townships = [(case, place) for case, place in fixed if len(case.gold) >= TOWNSHIP]
    counties = [(case, place) for case, place in fixed if len(case.gold) >= COUNTY]
    shared = [(case, place) for case, place in found if case.accept]
    missed = [case for case, place in townships if place.code != case.gold or place.needs_confirmation]
    silent = [
        case
        for case, place in found
        if not place.needs_confirmation and (case.accept or place.code != case.gold)
    ]
    flagged = sum(place.needs_confirmation for _, place in shared)
    right = sum(place.code[:COUNTY] == case.gold[:COUNTY] for case, place in counties)
    return Measures(
        cases=len(found),
        right_without_asking=_share(len(townships) - len(missed), len(townships)),
        wrong_without_flag=len(silent) / len(found) if found else 0.0,
        ambiguous_flagged=_share(flagged, len(shared)),
        county_right=_share(right, len(counties)),
        silent=tuple(case.name for case in silent),
        missed=tuple(case.name for case in missed),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
