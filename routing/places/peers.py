"""Other readers of places beside ours, for comparison only: jionlp and cpca, where a developer has installed them."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable
from typing import Any

from routing.places.divisions import Divisions
from routing.places.measure import Locate
from routing.places.placement import Placement

#: What was measured with; they bring pandas and more, so no requirements file has them.
PEERS = {"jionlp": "jionlp==1.5.31", "cpca": "cpca==0.5.5"}
ADCODE = 6


class NotInstalledError(ImportError):
    """A peer is not there; the message tells how to install it."""


def peer(name: str, divisions: Divisions) -> Locate:
    """The peer as a reader of places; raises :class:`NotInstalledError`. None of them ever asks."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # jionlp greets
            module = importlib.import_module(name)
    except ImportError as error:
        raise NotInstalledError(f"{name} is not installed: pip install {PEERS[name]}") from error
    read = {"jionlp": _jionlp, "cpca": _cpca}[name](module, divisions)
    return lambda text, home: _placed(read(text))


def after_home(locate: Locate, divisions: Divisions) -> Locate:
    """The reader, told the home city by its name before the text, since it takes no other hint."""
    return lambda text, home: locate(divisions.full_name(home) + text, home)


def _placed(code: str) -> Placement:
    return Placement(code, "", 1.0, False, (), "", (), "")


def _jionlp(module: Any, divisions: Divisions) -> Callable[[str], str]:
    def read(text: str) -> str:
        said = module.parse_location(text, town_village=True)
        code = ""
        for level, digits in (("province", 2), ("city", 4), ("county", 6), ("town", 9)):
            name = said.get(level)
            inside = [one for one in divisions.below(code, digits) if divisions.name(one) == name]
            if level == "city" and name and not inside:
                continue  # 省直辖: the county stands right below the province
            if not name or not inside:
                break
            code = inside[0]
        return code

    return read


def _cpca(module: Any, divisions: Divisions) -> Callable[[str], str]:
    def read(text: str) -> str:
        code = str(module.transform([text])["adcode"].iloc[0] or "")[:ADCODE]
        while code.endswith("00"):
            code = code[:-2]
        return code if code in divisions else ""

    return read
