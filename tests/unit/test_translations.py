"""The screens are written in Chinese; everything they say has its English in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

from config.demo import sign_ins

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "intake", "triage", "routing", "notifications")
CHINESE = re.compile("[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%\(\w+\)d")


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ROOT / "config/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def said() -> set[str]:
    found: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            method = {".py": "python", ".html": "jinja2"}.get(path.suffix)
            if method and "migrations" not in path.parts:
                keywords = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
                found.update(str(message) for _, message, _, _ in extract_from_file(method, path, keywords))
    assert len(found) > 100
    return found


def test_all_that_is_said_is_in_the_catalogue_and_nothing_else(english: Catalog, said: set[str]) -> None:
    assert {message.id for message in english if message.id} == said


def test_every_translation_is_english_and_keeps_the_placeholders(english: Catalog) -> None:
    for message in english:
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            assert not CHINESE.search(str(message.string)), message.id
            assert sorted(PLACEHOLDER.findall(str(message.id))) == sorted(
                PLACEHOLDER.findall(str(message.string))
            ), message.id


def test_the_words_of_the_demo_are_in_the_catalogue(english: Catalog) -> None:
    for who, _, _, what in sign_ins():
        assert who in english
        assert what in english


def test_no_screen_says_chinese_that_is_not_marked() -> None:
    """Outside `_()` there is only the Chinese of the demo's examples and of what the reply buttons send."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("templates/**/*.html"):
            if path.name == "demo.html":
                continue
            text = path.read_text(encoding="utf-8")
            text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
            text = re.sub(r"_\('[^']*'", "", text)
            text = re.sub(r'name="text" value="[^"]*"', "", text)
            left = re.sub(r"join\('；'\)|'、'|replace\(',不计', ''\)", "", text)
            assert CHINESE.findall(left) == [], path.name
