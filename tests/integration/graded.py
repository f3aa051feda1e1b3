"""One case with its clocks and its phones, and somebody who sets its level; for the tests on what follows from that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from config.parts import Parts
from config.schedule import sweep
from intake.register.database import SERVICE
from intake.register.ledger import Entry
from routing import queries as routing
from routing.queries import CaseView
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_overrides import override
from tests.integration.test_staff import report, sign_in

RED = "榆次区张庆乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了，快来人。"
YELLOW = "榆次区张庆乡，初二的孩子不想上学，在家打游戏，爸妈在外打工。"
GREEN = "榆次区张庆乡，请问困境儿童的生活补贴怎么申请？"
OFFICER, DEPUTY = "10007022011", "10007022012"
COUNTY, CITY = "10000007021", "10000000071"


class Line:
    """One case, its clocks and its phones, after somebody has set its level."""

    def __init__(
        self, app: Flask, parts: Parts, clock: FakeClock, provider: FakeProvider, bell: Callable[[], int]
    ) -> None:
        self.parts, self.clock, self.provider, self.bell = parts, clock, provider, bell
        self.client = app.test_client()
        self.staff = sign_in(app, "city")
        self.number = ""

    def opened(self, text: str, level: str) -> Line:
        self.number = report(self.client, text)
        assert self.case.level == level, "this test wants another text"
        self.bell()
        return self

    def set(self, level: str, **said: Any) -> str:
        page = override(self.staff, self.number, level=level, **said)
        self.bell()
        return page

    def after(self, **delta: float) -> None:
        """Time goes by; the clock process looks once."""
        self.clock.forward(**delta)
        sweep(self.parts)
        self.bell()

    def answer(self, phone: str = OFFICER, text: str = "收到") -> None:
        self.client.post("/handset/reply", json={"phone": phone, "text": text})
        self.bell()

    @property
    def case(self) -> CaseView:
        with self.parts.database.begin(SERVICE) as session:
            case = routing.case_by_number(session, self.number)
        assert case is not None
        return case

    @property
    def due(self) -> dict[str, timedelta]:
        """Act to time since receipt."""
        return {clock.act: clock.due_at - self.case.opened_at for clock in self.case.clocks}

    def happened(self, kind: str) -> list[Entry]:
        with self.parts.database.begin(SERVICE) as session:
            case = routing.case_by_number(session, self.number)
            assert case is not None
            return [entry for entry in routing.case_timeline(session, case) if entry.kind == kind]

    def alerts(self, phone: str) -> int:
        return sum("签收" in text and "已签收" not in text for text in self.provider.to(phone))
