"""Who listens to what: the whole service on one screen.

An earlier room never imports a later one; where a later room's event is an earlier room's business (an officer's answer
stops routing's clock), the two are joined here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

import intake.operations
import intake.register.accounts.events as accounts
import notifications.jobs
import notifications.queries
import notifications.reminders
import routing.jobs
import triage.jobs
from config.relay import Listener, Subscriptions
from intake import events as intake_events
from intake.register.database import Database
from intake.report import IncomingReport
from notifications import events as notices
from notifications.providers.provider import Provider
from notifications.wording import Wording
from routing import events as cases
from routing.clocks.table import ClockTable
from routing.places import Gazetteer
from routing.rota import events as rota
from routing.units import events as lists
from triage import events as readings
from triage.reader import Reader


@dataclass(frozen=True, slots=True)
class Tools:
    """What listeners work with. `reader` and `gazetteer` are loaded at the first call and kept; the web loads them
    before it forks, so that no request waits for them, and workers, who send what is written, never do."""

    database: Database
    now: Callable[[], datetime]
    home: str
    public_url: str
    reader: Callable[[], Reader]
    gazetteer: Callable[[], Gazetteer]
    clocks: ClockTable
    wording: Wording
    provider: Provider


def _reminder(write: Callable[..., None]) -> tuple[Listener, ...]:
    """Written by a worker: the clock process, which finds many at once, only rings."""
    return (
        Listener(
            f"notifications.{write.__name__}",
            lambda t, s, event, now: write(s, event, wording=t.wording, now=now),
            queued=True,
        ),
    )


SUBSCRIPTIONS: Subscriptions = {
    intake_events.ReportReceived: (
        Listener(
            "triage.assess",
            lambda t, s, event, now: triage.jobs.assess(s, event, now=now, reader=t.reader()),
            last_resort=lambda t, s, event, now: triage.jobs.assess_unread(s, event, now=now),
        ),
    ),
    readings.ReportAssessed: (
        Listener(
            "routing.open_case",
            lambda t, s, event, now: routing.jobs.open_case(
                s, event, gazetteer=t.gazetteer(), clocks=t.clocks, home=t.home, now=now
            ),
            last_resort=lambda t, s, event, now: routing.jobs.open_case_unplaced(
                s, event, clocks=t.clocks, home=t.home, now=now
            ),
        ),
    ),
    readings.AssessmentOverridden: (
        Listener(
            "routing.regrade",
            lambda t, s, event, now: routing.jobs.regrade(s, event, clocks=t.clocks, now=now),
        ),
    ),
    cases.CaseOpened: (
        Listener(
            "intake.place_report",
            lambda t, s, event, now: intake.operations.place_report(
                s, report_id=event.report_id, division=event.division
            ),
        ),
    ),
    cases.RungReached: (
        Listener(
            "notifications.tell_rung",
            lambda t, s, event, now: notifications.jobs.tell_rung(
                s, event, wording=t.wording, link_base=t.public_url, provider=t.provider, now=now
            ),
        ),
    ),
    cases.CaseAcknowledged: (
        Listener(
            "notifications.answered",
            lambda t, s, event, now: notifications.jobs.answered(s, event, wording=t.wording, now=now),
        ),
    ),
    cases.AcknowledgedAgain: (
        Listener(
            "notifications.answered_again",
            lambda t, s, event, now: notifications.jobs.answered_again(s, event, wording=t.wording, now=now),
        ),
    ),
    cases.CaseRegraded: (
        Listener(
            "notifications.tell_regraded",
            lambda t, s, event, now: notifications.jobs.tell_regraded(s, event, wording=t.wording, now=now),
        ),
    ),
    notices.NoticeQueued: (
        Listener(
            "notifications.send",
            lambda t, s, event, now: notifications.jobs.send(
                s, event, database=t.database, provider=t.provider, now=t.now
            ),
            queued=True,
        ),
    ),
    notices.NoticeAcknowledged: (
        Listener(
            "routing.acknowledge",
            lambda t, s, event, now: routing.jobs.acknowledge(s, event, clocks=t.clocks, now=now),
        ),
    ),
    notices.NoticeDeclined: (
        Listener(
            "routing.decline",
            lambda t, s, event, now: routing.jobs.decline(s, event, clocks=t.clocks, now=now),
        ),
    ),
    notices.NoticeFailed: (
        Listener(
            "routing.climb_past",
            lambda t, s, event, now: routing.jobs.climb_past(s, event, clocks=t.clocks, now=now),
        ),
    ),
    notices.MessageReceived: (
        Listener("intake.receive_sms", lambda t, s, event, now: receive_sms(t, s, event, now)),
    ),
    rota.OfficerDeparted: (
        Listener(
            "routing.departed",
            lambda t, s, event, now: routing.jobs.departed(s, event, clocks=t.clocks, now=now),
        ),
    ),
    rota.CaseHandedOver: (
        Listener(
            "notifications.handed_over",
            lambda t, s, event, now: notifications.jobs.handed_over(s, event, wording=t.wording, now=now),
        ),
    ),
    cases.ClockWarned: _reminder(notifications.reminders.warned),
    cases.BreachEscalated: _reminder(notifications.reminders.overdue),
    cases.IdleReminded: _reminder(notifications.reminders.idle),
    cases.ClockPauseAsked: _reminder(notifications.reminders.pause_asked),
    cases.CaseReturned: _reminder(notifications.reminders.returned),
    cases.ReturnOverdue: _reminder(notifications.reminders.return_overdue),
    cases.ReturnDecided: _reminder(notifications.reminders.return_decided),
    cases.CaseMoved: (
        Listener(
            "intake.place_reports",
            lambda t, s, event, now: intake.operations.place_reports(
                s, report_ids=event.reports, division=event.division
            ),
        ),
        *_reminder(notifications.reminders.moved),
    ),
    # On the timeline only.
    rota.PatternSet: (),
    rota.ShiftAdded: (),
    rota.LeaveAdded: (),
    rota.PeriodRemoved: (),
    rota.SwapProposed: (),
    rota.SwapAnswered: (),
    rota.FeedMade: (),
    rota.FeedRevoked: (),
    cases.AcknowledgementWithdrawn: (),
    cases.ReporterAnswered: (),
    cases.ClockBreached: (),
    cases.ClockPauseGranted: (),
    cases.ClockPauseRefused: (),
    cases.ClockPauseEnded: (),
    cases.AuditFailed: (),
    cases.ChildVisited: (),
    cases.CaseClosed: (),
    notices.NoticeSent: (),
    notices.NoticeUnknown: (),
    notices.NoticeCancelled: (),
    lists.ListTakenOver: (),
    lists.ListTakenOut: (),
    accounts.SignedIn: (),
    accounts.SignInRefused: (),
}


def receive_sms(tools: Tools, session: Session, event: notices.MessageReceived, now: datetime) -> None:
    """An SMS that is no officer's answer is a report, received when the SMS was."""
    message = notifications.queries.inbound_message(session, event.message_id)
    if message is None:
        raise LookupError(f"message {event.message_id} is not there")
    incoming = IncomingReport(
        channel="sms",
        text=message.text,
        reporter_phone=message.phone,
        original={"phone": message.phone, "text": message.text, "message_key": message.message_key},
        message_key=message.message_key,
    )
    intake.operations.receive_report(session, incoming=incoming, home=tools.home, now=message.received_at)
