"""What happens to notices."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoticeQueued:
    """To be sent now. `attempt`: 1 the first time. `stream`: the case's, or the notice's own when it has no case."""

    notice_id: UUID
    case_id: UUID | None
    officer_id: UUID
    kind: str
    level: str
    attempt: int

    @property
    def stream(self) -> UUID:
        return self.case_id or self.notice_id


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """The provider took it. `reference`: the provider's id."""

    notice_id: UUID
    case_id: UUID | None
    officer_id: UUID
    kind: str
    provider: str
    reference: str

    @property
    def stream(self) -> UUID:
        return self.case_id or self.notice_id


@dataclass(frozen=True, slots=True)
class NoticeFailed:
    """No attempt got it out, and none will follow. `rung`: the rung of the ladder that has not been reached by it."""

    notice_id: UUID
    case_id: UUID | None
    officer_id: UUID
    kind: str
    rung: int
    reason: str

    @property
    def stream(self) -> UUID:
        return self.case_id or self.notice_id


@dataclass(frozen=True, slots=True)
class NoticeUnknown:
    """Whoever was sending it died in the middle: it may or may not have arrived."""

    notice_id: UUID
    case_id: UUID | None
    officer_id: UUID

    @property
    def stream(self) -> UUID:
        return self.case_id or self.notice_id


@dataclass(frozen=True, slots=True)
class NoticeCancelled:
    """Not sent, because somebody has answered meanwhile."""

    notice_id: UUID
    case_id: UUID | None
    officer_id: UUID

    @property
    def stream(self) -> UUID:
        return self.case_id or self.notice_id


@dataclass(frozen=True, slots=True)
class NoticeAcknowledged:
    """An officer answered a notice. `how`: "sms" or "link"."""

    case_id: UUID
    officer_id: UUID
    how: str

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """An SMS that is no officer's answer, so it is a report. `message_id`: the row that holds what came."""

    message_id: UUID

    @property
    def stream(self) -> UUID:
        return self.message_id


@dataclass(frozen=True, slots=True)
class NoticeDeclined:
    """An officer cannot come. `rung`: where the ladder stood when that officer was told."""

    case_id: UUID
    officer_id: UUID
    rung: int

    @property
    def stream(self) -> UUID:
        return self.case_id
