"""`flask intake`: a file of reports is played into a running service, through its own door."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx
from flask.cli import AppGroup
from tqdm import tqdm

intake = AppGroup("intake", help="Reports that come in.")

FIELDS = ("text", "channel", "place", "reporter", "child")


@dataclass(slots=True)
class Played:
    """One report on its way. Seconds are counted from the moment it was due to be sent."""

    id: str
    expected: str
    number: str = ""
    level: str = ""
    station: str = ""
    due: float = 0.0
    answered: float | None = None
    on_handset: float | None = None
    error: str = ""


@dataclass(slots=True)
class Handset:
    """The demo's phones, asked again and again for what is new."""

    client: httpx.Client
    after: int = 0
    waiting: dict[str, Played] = field(default_factory=dict)
    early: dict[str, tuple[str, float]] = field(default_factory=dict)

    def look(self, now: float) -> None:
        answer = self.client.get("/handset/messages", params={"after": self.after})
        answer.raise_for_status()
        for message in answer.json():
            self.after = max(self.after, message["id"])
            for word in message["text"].split():
                self.early.setdefault(word, (message["unit"], now))
        for number, played in list(self.waiting.items()):
            if number in self.early:
                played.station, played.on_handset = self.early[number]
                del self.waiting[number]


@intake.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rate", default=5.0, show_default=True, type=click.FloatRange(0.1, 200), help="Reports a second."
)
@click.option(
    "--url", default=lambda: f"http://127.0.0.1:{os.environ.get('PORT', '8000')}", help="The service."
)
@click.option("--patience", default=60.0, show_default=True, help="Seconds to wait for the last handset.")
def replay(file: Path, rate: float, url: str, patience: float) -> None:
    """Send the reports of FILE (a JSON object a line, with text and channel) through HTTP into a running service."""
    reports = list(_read(file))
    client = httpx.Client(base_url=url, timeout=30, trust_env=False)
    handset = Handset(client)
    try:
        handset.look(0)
    except httpx.HTTPError as error:
        raise click.ClickException(f"{url}: no handset answers there ({error})") from error
    handset.early.clear()
    start = time.monotonic()
    everyone: list[Played] = []
    sending: dict[Future[None], Played] = {}
    with ThreadPoolExecutor(16) as pool, tqdm(total=len(reports), unit="report", file=sys.stderr) as bar:
        for place, report in enumerate(reports):
            played = Played(str(report.get("id", place + 1)), str(report.get("level", "")))
            everyone.append(played)
            played.due = start + place / rate
            while time.monotonic() < played.due:
                _settle(sending, handset, bar)
                time.sleep(min(0.05, max(0.0, played.due - time.monotonic())))
            sending[pool.submit(_send, client, report, played)] = played
        deadline = time.monotonic() + patience
        while (sending or handset.waiting) and time.monotonic() < deadline:
            _settle(sending, handset, bar)
            time.sleep(0.05)
    _print(everyone, took=time.monotonic() - start)
    if any(played.on_handset is None for played in everyone):
        raise SystemExit(1)


def _read(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                report = json.loads(line)
            except json.JSONDecodeError as error:
                raise click.ClickException(f"{file.name}, line {number}: {error}") from error
            if not isinstance(report, dict) or not isinstance(report.get("text"), str):
                raise click.ClickException(f"{file.name}, line {number}: text is missing")
            yield report


def _send(client: httpx.Client, report: dict[str, Any], played: Played) -> None:
    try:
        answer = client.post(
            "/api/v1/reports", json={name: report[name] for name in FIELDS if name in report}
        )
        played.answered = time.monotonic()
        if answer.status_code != 201:
            played.error = f"HTTP {answer.status_code}"
            return
        given = answer.json()
        played.number, played.level = given["number"], given["level"] or "unread"
    except httpx.HTTPError as error:
        played.error = type(error).__name__


def _settle(sending: dict[Future[None], Played], handset: Handset, bar: Any) -> None:
    for future in [future for future in sending if future.done()]:
        played = sending.pop(future)
        future.result()
        if played.error:
            bar.update()
        else:
            handset.waiting[played.number] = played
    before = len(handset.waiting)
    try:
        handset.look(time.monotonic())
    except httpx.HTTPError as error:
        bar.set_postfix_str(f"handset: {type(error).__name__}")
    bar.update(before - len(handset.waiting))


def _print(everyone: list[Played], *, took: float) -> None:
    for played in everyone:
        seconds = f"{played.on_handset - played.due:6.2f} s" if played.on_handset else "      –"
        click.echo(
            f"{played.id}\t{played.number}\t{played.level or '–'}\t{seconds}\t{played.station or played.error}"
        )
    reached = sorted(played.on_handset - played.due for played in everyone if played.on_handset)
    judged = [played for played in everyone if played.expected and played.level]
    rows: list[tuple[str, str]] = [
        ("reports", str(len(everyone))),
        ("answered 201", str(sum(1 for played in everyone if played.number))),
        ("on a handset", str(len(reached))),
        ("stations", str(len({played.station for played in everyone if played.station}))),
        (
            "levels",
            ", ".join(
                f"{level} {count}" for level, count in Counter(p.level for p in everyone).most_common()
            ),
        ),
        ("reports a second", f"{len(everyone) / took:.1f}"),
    ]
    if judged:
        rows.append(("level as labelled", f"{sum(p.level == p.expected for p in judged)} of {len(judged)}"))
    if len(reached) > 1:
        cuts = statistics.quantiles(reached, n=100, method="inclusive")
        rows.append(
            (
                "seconds to handset",
                f"p50 {cuts[49]:.2f}, p95 {cuts[94]:.2f}, p99 {cuts[98]:.2f}, max {reached[-1]:.2f}",
            )
        )
    click.echo()
    for name, value in rows:
        click.echo(f"{name:>20}  {value}")
