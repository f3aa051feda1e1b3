"""Supervisor, in our own process: starts programs in stages, passes on what they say, starts what dies again.

Supervisor's loop and configuration are used as they are; what it tells through its events is printed here.
"""

from __future__ import annotations

import shlex
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor import events
from supervisor.medusa import asyncore_25 as asyncore
from supervisor.options import ServerOptions
from supervisor.states import ProcessStates, SupervisorStates
from supervisor.supervisord import Supervisor

from config.processes import Program, last_line

KILLED = -1  # Supervisor's exit status of what a signal ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised:
    """A program under supervision.

    A stage begins when the `once` program of the stage before it has ended well; should that one fail, all
    is stopped. `once` programs speak for the whole: their lines are printed bare. A `server` is somebody
    else's: it gets three more tries to come up, and its lines go to its log file only. Of several, the one
    with the highest `rank` is stopped first.
    """

    program: Program
    stage: int
    rank: int
    copies: int = 1
    once: bool = False
    server: bool = False


def supervise(programs: Sequence[Supervised], *, data_dir: Path) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP, then stop all.

    The exit code is 0, or 1 where something could not start. Output goes to the terminal, each line
    behind its program's name, and to DATA_DIR/log/<name>.log.
    """
    logs = data_dir / "log"
    logs.mkdir(exist_ok=True)
    path = data_dir / "supervisord.conf"
    path.write_text("\n".join(_configuration(programs, logs)), encoding="utf-8")
    options = ServerOptions()
    options.realize(["-c", str(path), "--nodaemon", "--silent"])
    options.test = False
    options.make_logger()
    supervisor = Supervisor(options)
    for group in options.process_group_configs:
        supervisor.add_process_group(group)
    watch = _Watch(supervisor, programs)
    watch.subscribe()
    options.setsignals()
    try:
        with suppress(asyncore.ExitNow):
            supervisor.runforever()
    finally:
        options.cleanup()
        options.close_logger()
        events.clear()
    return 1 if watch.failed else 0


def _configuration(programs: Iterable[Supervised], logs: Path) -> Iterable[str]:
    def plain(text: str) -> str:
        return text.replace("%", "%%")

    yield from ("[supervisord]", f"logfile={plain(str(logs / 'supervisord.log'))}")
    yield from (
        f"pidfile={plain(str(logs.parent / 'supervisord.pid'))}",
        "logfile_maxbytes=5MB",
        "nocleanup=true",
    )
    for each in programs:
        program = each.program
        name = program.name if each.copies == 1 else "%(program_name)s-%(process_num)d"
        log = program.name if each.copies == 1 else f"{program.name}-%(process_num)d"
        yield from (f"[program:{program.name}]", f"command={plain(shlex.join(program.command))}")
        yield from (
            f"process_name={name}",
            f"numprocs={each.copies}",
            "numprocs_start=1",
            f"priority={each.rank}",
        )
        yield from (
            f"directory={plain(str(program.directory))}",
            f"stopsignal={program.stop_signal.name[3:]}",
        )
        yield from (
            "stopwaitsecs=15",
            "killasgroup=true",
            "redirect_stderr=true",
            "stdout_events_enabled=true",
        )
        yield from (f"stdout_logfile={plain(str(logs))}/{log}.log", "stdout_logfile_maxbytes=10MB")
        yield from ("stdout_logfile_backups=2", f"autostart={'true' if each.stage == 1 else 'false'}")
        yield f"autorestart={'false' if each.once else 'true'}"
        yield f"startsecs={0 if each.once else 1}"
        if program.user is not None:
            yield f"user={program.user}"


class _Watch:
    """What to do about what Supervisor reports."""

    def __init__(self, supervisor: Any, programs: Sequence[Supervised]) -> None:
        self.supervisor = supervisor
        self.programs = {each.program.name: each for each in programs}
        self.stage = 1
        self.last_stage = max(each.stage for each in programs)
        self.failed = False
        self.partial: defaultdict[str, bytes] = defaultdict(bytes)
        names = [each.program.name for each in programs if not each.once]
        self.width = max(len(name) for name in names) + 2

    def subscribe(self) -> None:
        events.subscribe(events.ProcessLogEvent, self.on_output)
        events.subscribe(events.ProcessStateEvent, self.on_state)
        events.subscribe(events.SupervisorStoppingEvent, self.on_stopping)
        events.subscribe(events.Tick5Event, self.on_tick)

    @property
    def stopping(self) -> bool:
        return bool(self.supervisor.options.mood < SupervisorStates.RUNNING)

    @property
    def up(self) -> bool:
        return self.stage > self.last_stage

    def may_be_started_again(self, process: Any) -> bool:
        """Until the service has answered once, a program of ours that ends by itself cannot start."""
        return self.up or self.kind(process).server or bool(process.exitstatus == KILLED)

    def on_output(self, event: Any) -> None:
        name = event.process.config.name
        data = event.data if isinstance(event.data, bytes) else event.data.encode()
        *lines, self.partial[name] = (self.partial[name] + data).split(b"\n")
        for line in lines:
            self.print_line(event.process, line)

    def print_line(self, process: Any, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r")
        if not self.kind(process).server:
            _print(text if self.kind(process).once else f"{process.config.name:<{self.width}} | {text}")

    def on_state(self, event: Any) -> None:
        process = event.process
        name, kind = process.config.name, self.kind(process)
        ended = process.state in (ProcessStates.EXITED, ProcessStates.BACKOFF)
        if (ended or process.state == ProcessStates.STOPPED) and (rest := self.partial.pop(name, b"")):
            self.print_line(process, rest)
        if self.stopping:
            return
        if kind.once:
            if ended and process.exitstatus == 0:
                self.stage += 1
                self.start(lambda each: each.stage == self.stage)
            elif ended:
                self.give_up()  # it has said why
        elif process.state == ProcessStates.FATAL and self.up:
            _say(f"{name} keeps ending: another try every few seconds")
        elif process.state == ProcessStates.FATAL or (ended and not self.may_be_started_again(process)):
            _say(f"{name} cannot start: {last_line(Path(process.config.stdout_logfile))}")
            self.give_up()
        elif ended:
            _say(f"{name} {_how_it_ended(process)}: starting it again")

    def on_stopping(self, _event: Any) -> None:
        """Supervisor stops one group after the other; ours may go at once, the servers go last."""
        _say("stopping")
        for process in self.processes():
            if not self.kind(process).server and process.state in (
                ProcessStates.STARTING,
                ProcessStates.RUNNING,
            ):
                process.stop()

    def on_tick(self, _event: Any) -> None:
        """Supervisor gives up on what fails several times; a service whose database was away must not."""
        if self.up and not self.stopping:
            self.start(lambda each: not each.once, state=ProcessStates.FATAL)

    def start(self, wanted: Callable[[Supervised], bool], state: int = ProcessStates.STOPPED) -> None:
        for process in self.processes():
            if wanted(self.kind(process)) and process.state == state:
                process.spawn()

    def processes(self) -> Iterator[Any]:
        for group in self.supervisor.process_groups.values():
            yield from group.processes.values()

    def give_up(self) -> None:
        self.failed = True
        self.supervisor.options.mood = SupervisorStates.SHUTDOWN

    def kind(self, process: Any) -> Supervised:
        return self.programs[process.group.config.name]


def _how_it_ended(process: Any) -> str:
    if process.state == ProcessStates.BACKOFF:
        return "ended at once"
    return "was killed" if process.exitstatus == KILLED else f"ended with exit code {process.exitstatus}"


def _say(text: str) -> None:
    _print(f"hutong: {text}")


def _print(text: str) -> None:
    # A reader that has gone away (`make run | head`) is no reason to stop the service.
    with suppress(OSError, ValueError):
        print(text, file=sys.stdout, flush=True)
