"""What notifications does when it hears of something."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from intake.register.database import SERVICE, Database
from notifications import operations
from notifications.events import NoticeQueued
from notifications.providers.provider import Provider, Refused, Unreachable
from notifications.wording import Wording
from routing.events import AcknowledgedAgain, CaseAcknowledged, CaseRegraded, RungReached
from routing.rota.events import CaseHandedOver

log = logging.getLogger(__name__)


def tell_rung(
    session: Session,
    event: RungReached,
    *,
    wording: Wording,
    link_base: str,
    provider: Provider,
    now: datetime,
) -> None:
    operations.tell(
        session,
        reached=event,
        wording=wording,
        link_base=link_base,
        carries_links=provider.carries_links,
        now=now,
    )


def answered(session: Session, event: CaseAcknowledged, *, wording: Wording, now: datetime) -> None:
    """Whoever else was woken may stand down; whoever answered by SMS hears that it was understood."""
    operations.stand_down(
        session, case_id=event.case_id, answered_by=event.officer_id, wording=wording, now=now
    )
    if event.officer_id is not None and event.how == "sms":
        _reply(session, event, words=wording.reply("first", number=event.number), now=now)


def answered_again(session: Session, event: AcknowledgedAgain, *, wording: Wording, now: datetime) -> None:
    if event.officer_id is not None and event.how == "sms":
        _reply(session, event, words=wording.reply("already", number=event.number), now=now)


def handed_over(session: Session, event: CaseHandedOver, *, wording: Wording, now: datetime) -> None:
    """Whoever goes on with a case in place of one who has left is told so."""
    _reply(session, event, words=wording.reply("handed", number=event.number), now=now)


def tell_regraded(session: Session, event: CaseRegraded, *, wording: Wording, now: datetime) -> None:
    """Whoever goes already hears that it has become more urgent."""
    for officer_id in event.officers:
        operations.write(
            session,
            officer_id=officer_id,
            case_id=event.case_id,
            kind="regraded",
            level=event.level,
            text=wording.regraded(number=event.number, level=event.level),
            now=now,
        )


def send(
    session: Session,
    event: NoticeQueued,
    *,
    database: Database,
    provider: Provider,
    now: Callable[[], datetime],
) -> Callable[[], None] | None:
    """Claims the notice; what is returned sends it, and is to be called when the claim is committed.

    Killed between the two, the notice stays `sending` until the sweep settles it."""
    sending = operations.claim(
        session, notice_id=event.notice_id, attempt=event.attempt, provider=provider.name, now=now()
    )
    if sending is None:
        return None

    def carry() -> None:
        try:
            reference = provider.send(key=sending.key, to=sending.to, text=sending.text)
        except Exception as error:
            foreseen = isinstance(error, Refused | Unreachable)
            if not foreseen:
                log.exception("provider %s failed in a way it should not", provider.name)
            reason = str(error) if foreseen else type(error).__name__
            with database.begin(SERVICE) as after:
                operations.record_failure(
                    after, sending=sending, reason=reason, final=isinstance(error, Refused), now=now()
                )
        else:
            with database.begin(SERVICE) as after:
                operations.record_sent(after, sending=sending, reference=reference, now=now())

    return carry


def _reply(
    session: Session,
    event: CaseAcknowledged | AcknowledgedAgain | CaseHandedOver,
    *,
    words: str,
    now: datetime,
) -> None:
    assert event.officer_id is not None
    operations.write(
        session,
        officer_id=event.officer_id,
        case_id=event.case_id,
        kind="reply",
        level="red",
        text=words,
        now=now,
    )
