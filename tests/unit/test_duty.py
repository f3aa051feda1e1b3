"""Who is on duty, who can be reached, who is told; and what a roster may not say."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from config.staff_labels import DUTY_FAULTS
from routing.clocks.worktime import CHINA
from routing.duty import rules
from routing.duty.roster import Member, Period, Roster, Slot, Swap, called, duties, holes, on_duty
from routing.duty.rules import DutyRefused, GivenSlot

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
THURSDAY = date(2026, 3, 5)


def at(hour: int, minute: int = 0, day: int = 5) -> datetime:
    """A moment of March 2026 by China's clocks, in UTC; the 5th is a Thursday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


def slot(officer: UUID, weekday: int, begins: str, ends: str) -> Slot:
    return Slot(officer, weekday, time.fromisoformat(begins), time.fromisoformat(ends))


TWO = (Member(A, True), Member(B, True))
NIGHTS = Roster(
    (*TWO, Member(C, True, deputy=True)), (slot(A, 4, "08:00", "20:00"), slot(B, 4, "20:00", "08:00"))
)


def test_without_a_plan_everybody_is_on_duty_and_the_deputy_comes_then() -> None:
    told = called(Roster((*TWO, Member(C, True, deputy=True))), at(3))
    assert (told.first, told.then) == ((A, B), (C,))


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        (at(8), (A,)),
        (at(19, 59), (A,)),
        (at(20), (B,)),
        (at(7, 59, day=6), (B,)),
        (at(8, day=6), ()),
        (at(7, 59), ()),
    ],
)
def test_the_weekly_pattern_goes_over_midnight(moment: datetime, who: tuple[UUID, ...]) -> None:
    assert on_duty(NIGHTS, moment) == who


def test_a_whole_day_and_a_single_shift_above_the_pattern() -> None:
    plan = Roster(TWO, (slot(A, 4, "00:00", "00:00"),), shifts=(Period(B, at(10), at(12)),))
    assert [on_duty(plan, at(hour)) for hour in (0, 10, 11, 12, 23)] == [(A,), (B,), (B,), (A,), (A,)]


def test_an_accepted_swap_puts_one_in_the_place_of_the_other() -> None:
    plan = Roster(NIGHTS.members, NIGHTS.pattern, swaps=(Swap(A, B, at(0), at(12)),))
    assert [on_duty(plan, at(hour)) for hour in (9, 12)] == [(B,), (A,)]


@pytest.mark.parametrize(
    "members",
    [
        (Member(A, False), Member(B, True)),
        (Member(A, True, until=date(2026, 3, 4)), Member(B, True)),
        (Member(A, True, since=date(2026, 3, 6)), Member(B, True)),
        (Member(A, True, active=False), Member(B, True)),
    ],
    ids=["no phone", "departed", "not there yet", "not active"],
)
def test_who_cannot_be_reached_is_passed_over_and_others_stand_in(members: tuple[Member, ...]) -> None:
    told = called(Roster(members, (slot(A, 4, "00:00", "00:00"),)), at(9))
    assert (told.first, told.then) == ((), (B,))


def test_leave_is_passed_over_while_it_lasts() -> None:
    plan = Roster(TWO, (slot(A, 4, "00:00", "00:00"),), leave=(Period(A, at(9), at(10)),))
    assert [called(plan, at(hour)).first for hour in (8, 9, 10)] == [(A,), (), (A,)]


def test_deputies_stand_in_before_colleagues() -> None:
    assert called(NIGHTS, at(9)).then == (C,)


def test_holes_say_why_and_whether_somebody_stands_in() -> None:
    plan = Roster(
        (Member(A, True), Member(B, False)),
        (slot(A, 4, "08:00", "20:00"), slot(B, 4, "20:00", "08:00")),
        leave=(Period(A, at(10), at(11)),),
    )
    found = [(one.begins, one.ends, one.why, one.stand_in) for one in holes(plan, at(8), at(10, day=6))]
    assert found == [
        (at(10), at(11), "leave", False),
        (at(20), at(8, day=6), "phone", True),
        (at(8, day=6), at(10, day=6), "nobody", True),
    ]
    empty = holes(Roster(()), at(0), at(0, day=7))
    assert [(one.begins, one.ends, one.why) for one in empty] == [(at(0), at(0, day=7), "nobody")]


def test_somebody_who_leaves_tomorrow_leaves_a_hole_from_midnight() -> None:
    (hole,) = holes(Roster((Member(A, True, until=THURSDAY),)), at(12), at(12, day=7))
    assert (hole.begins, hole.ends, hole.why) == (at(0, day=6), at(12, day=7), "nobody")


def test_an_officers_duties_are_whole_pieces() -> None:
    plan = Roster(
        TWO, tuple(slot(A, day, "00:00", "00:00") for day in (4, 5)), swaps=(Swap(A, B, at(6), at(7)),)
    )
    assert [(one.begins, one.ends) for one in duties(plan, A, at(0), at(0, day=9))] == [
        (at(0), at(6)),
        (at(7), at(0, day=7)),
    ]


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([(str(A), "1", "08:00", "20:00"), (str(A), "1", "19:00", "23:00")], [(2, "begins", "overlap")]),
        ([(str(A), "7", "20:00", "08:00"), (str(A), "1", "07:00", "09:00")], [(2, "begins", "overlap")]),
        ([(str(A), "1", "08:00", "20:00"), (str(B), "1", "08:00", "20:00")], []),
        ([(str(A), "1", "20:00", "08:00"), (str(A), "2", "08:00", "20:00")], []),
        ([("x", "8", "25:00", "")], [(1, "begins", "bad_time"), (1, "ends", "bad_time"),
                                      (1, "officer", "unknown_officer"), (1, "weekday", "bad_weekday")]),
        ([(str(C), "1", "08:00", "20:00")], [(1, "officer", "departed")]),
    ],
)  # fmt: skip
def test_a_wrong_pattern_is_named_by_row_and_field(
    rows: list[tuple[str, str, str, str]], faults: list[tuple[int, str, str]]
) -> None:
    given = [GivenSlot(number, *row) for number, row in enumerate(rows, 1)]
    plan = Roster((*TWO, Member(C, True, until=date(2026, 3, 1))))
    if not faults:
        assert len(rules.pattern(given, plan, on=THURSDAY)) == len(rows)
        return
    with pytest.raises(DutyRefused) as refused:
        rules.pattern(given, plan, on=THURSDAY)
    assert sorted((one.row, one.field, one.why) for one in refused.value.faults) == faults


def refusal(*faults: tuple[str, str]) -> object:
    return pytest.raises(DutyRefused, match=";.*".join(f"{field}: {rules.WHY[why]}" for field, why in faults))


def test_wrong_shifts_leave_and_swaps_are_named() -> None:
    plan = Roster((*TWO, Member(C, True, until=THURSDAY)), shifts=(Period(A, at(8, day=9), at(12, day=9)),))
    now = at(0)
    with refusal(("begins", "overlap")):  # type: ignore[attr-defined]
        rules.shift(Period(A, at(11, day=9), at(13, day=9)), plan, now=now)
    with refusal(("officer", "departed")):  # type: ignore[attr-defined]
        rules.shift(Period(C, at(8, day=6), at(9, day=6)), plan, now=now)
    with refusal(("officer", "unknown_officer")):  # type: ignore[attr-defined]
        rules.shift(Period(UUID(int=9), at(8, day=6), at(9, day=6)), plan, now=now)
    with refusal(("ends", "ends_before")):  # type: ignore[attr-defined]
        rules.leave(Period(A, at(9), at(8)), plan, now=now)
    with refusal(("ends", "past")):  # type: ignore[attr-defined]
        rules.leave(Period(A, at(9, day=1), at(9, day=2)), plan, now=now)
    with refusal(("ends", "too_long")):  # type: ignore[attr-defined]
        rules.leave(Period(A, at(9), at(9) + timedelta(days=400)), plan, now=now)
    with refusal(("takes", "self")):  # type: ignore[attr-defined]
        rules.swap(A, A, at(9), at(10), plan, now=now)
    with refusal(("takes", "departed")):  # type: ignore[attr-defined]
        rules.swap(A, C, at(9, day=9), at(10, day=9), plan, now=now)


def test_every_fault_has_words() -> None:
    assert set(DUTY_FAULTS) == set(rules.WHY)
