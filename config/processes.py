"""Processes of other programs: one owner for a directory, start, stop, and what a killed run left behind."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

log = logging.getLogger(__name__)

STOP_SECONDS = 20.0


class ProcessError(RuntimeError):
    """Why a program cannot run here, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program ready to be started in the foreground. `user` is whom to run it as, None for oneself."""

    name: str
    command: tuple[str, ...]
    directory: Path
    user: str | None
    stop_signal: signal.Signals


@contextmanager
def claim(data_dir: Path, name: str) -> Iterator[None]:
    """Hold DATA_DIR/<name>.lock, making the directory. Raises ProcessError where somebody else holds it."""
    path = data_dir / f"{name}.lock"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise ProcessError(f"DATA_DIR {data_dir} cannot be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel lets go of it however we die
        except BlockingIOError as error:
            file.seek(0)
            raise ProcessError(f"DATA_DIR {data_dir} is in use by process {file.read().strip()}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def running(
    program: Program, *, answers: Callable[[], bool], output: Path, seconds: float = 120
) -> Iterator[None]:
    """Run a program while the block lasts, entering it when the program answers; its output goes to a file.

    A program that ends within its first 15 seconds is started again: the children of a killed postmaster hold
    its memory for a moment. Raises ProcessError with the program's last line.
    """
    began = time.monotonic()
    with output.open("ab") as file:
        process = _start(program, file)
        try:
            while not answers():
                waited = time.monotonic() - began
                if process.poll() is not None:
                    if waited > 15:
                        raise ProcessError(f"{program.name} does not start: {last_line(output)}")
                    time.sleep(0.5)
                    process = _start(program, file)
                elif waited > seconds:
                    raise ProcessError(f"{program.name} does not answer: {last_line(output)}")
                time.sleep(0.05)
            yield
        finally:
            stop([psutil.Process(process.pid)] if process.poll() is None else [], program.stop_signal)
            process.wait()


def stop(processes: list[psutil.Process], how: signal.Signals) -> None:
    """Signal all of them and wait; what has not gone after STOP_SECONDS is killed."""
    for process in processes:
        _signal(process, how)
    for process in psutil.wait_procs(processes, timeout=STOP_SECONDS)[1]:
        log.warning("process %d has not stopped after %.0f s: killed", process.pid, STOP_SECONDS)
        _signal(process, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def stop_left_over(pid_file: Path, *, name: str, how: signal.Signals) -> None:
    """Stop the server that `pid_file` names if it is still the one that works in the file's directory.

    The caller holds the claim, so nobody is there to look after such a server. A file that names no process,
    or one that got the number since, is removed: a server would take it for another of its kind.
    """
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8").split()[0]))
        if process.name() == name and Path(process.cwd()) == pid_file.parent:
            log.warning("stopping %s (process %d), left behind by a run that was killed", name, process.pid)
            stop([process], how)
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        pass
    except psutil.AccessDenied:
        pass  # somebody else's process, so not our server
    pid_file.unlink(missing_ok=True)


def last_line(output: Path) -> str:
    """What a program said last, for a message."""
    lines = output.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _start(program: Program, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        program.command,
        cwd=program.directory,
        user=program.user,
        group=program.user,
        extra_groups=() if program.user else None,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,  # a Ctrl-C in the terminal is for us to pass on
    )


def _signal(process: psutil.Process, how: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(how)
