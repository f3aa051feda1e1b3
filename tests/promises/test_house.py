"""Rules of the house that no other tool keeps."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.settings import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("intake", "triage", "routing", "notifications")
MAX_LINES = 300


def ours(*suffixes: str) -> list[Path]:
    folders = [ROOT / name for name in ("config", *ROOMS, "tests")]
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes)


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    migrations = ROOT / "config" / "migrations"
    long = {
        str(path.relative_to(ROOT)): lines
        for path in ours(".py", ".html", ".js", ".css")
        if migrations not in path.parents
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_setting_is_in_the_readme(name: str) -> None:
    readme = ROOT / name
    if not readme.exists():
        pytest.skip(f"{name} IS NOT THERE YET: its settings are not checked")
    text = readme.read_text(encoding="utf-8")
    assert [variable for variable in ENVIRONMENT if f"`{variable}`" not in text] == []


def test_no_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert [
        str(path.relative_to(ROOT)) for path in ours(".py") if path.stem in empty or path.parent.name in empty
    ] == []


def test_pure_modules_are_the_same_in_both_contracts() -> None:
    """The layer of pure modules and the contract on what they may not import name the same modules."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if "containers" in contract)
    pure_layer = layers[layers.index("(models)") + 1]
    forbidden = next(contract["source_modules"] for contract in contracts if contract["type"] == "forbidden")
    assert set(re.findall(r"\((\w+)\)", pure_layer)) <= {name.rsplit(".", 1)[-1] for name in forbidden}


def test_pinned_requirements_name_no_place() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"(^|\s)(/|--(index|extra|find))", text), path.name
        pins = re.findall(r"^[a-z].*==", text, re.MULTILINE)
        assert len(pins) > 20
        assert len(pins) == len(re.findall(r"^[a-z].*==\S+ \\\n    --hash=sha256:", text, re.MULTILINE))
