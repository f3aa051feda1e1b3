"""A clerk's mistake in a lexicon file is told with file, line and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from triage.lexicon import Lexicon, LexiconError

GOOD = """# words of a test
version = "1"

[signal.beating]
means = "打孩子"
words = ["毒打"]
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('colour = "red"', "line 7: signal.beating.colour: unknown key"),
        ('level = "purple"', "line 7: signal.beating.level: 'purple' is no level"),
        ("level = 3", "line 7: signal.beating.level: 3 is no level"),
        ('needs_child = "yes"', "line 7: signal.beating.needs_child: want true or false"),
        ('circumstances = ["weather"]', "line 7: signal.beating.circumstances: unknown code 'weather'"),
        ('settled_by = ["nowhere"]', "line 7: signal.beating.settled_by: no marker 'nowhere'"),
        ('sounds = "毒打"', "line 7: signal.beating.sounds: want a list of words"),
        ('patterns = [\n"{nobody}…打"]', "line 7: signal.beating.patterns: '{nobody}…打': no group 'nobody'"),
        ('patterns = ["打"]', "line 7: signal.beating.patterns: '打': not a pattern of two parts or more"),
        ("[signal.empty]", "line 7: signal.empty.means: missing"),
        ("[signal.empty]\nmeans = 5", "line 8: signal.empty.means: want words for the operator"),
        ('[signal.empty]\nmeans = "x"', "line 7: signal.empty: neither words nor patterns"),
        ('[marker.beating]\nwords = ["x"]', "line 7: marker.beating: named twice"),
        ('[marker.x]\nlevel = "red"', "line 8: marker.x.level: unknown key"),
        ("[marker]\nx = 5", "line 8: marker.x: want a table"),
        ('[group]\nfamily = ["爸", ""]', "line 8: group.family: '' is no word"),
        ('[emoji]\n"ab" = "x"', "line 8: emoji.ab: want one character and a word for it"),
        ("[nonsense]\nx = 1", "line 7: nonsense: unknown section"),
        ('words = ["again"]', "Cannot overwrite a value (at line 7, column 18)"),
        ('circumstances = ["viol', "(at line 7, column"),
    ],
)
def test_a_mistake_is_told_where_it_is(tmp_path: Path, more: str, said: str) -> None:
    (tmp_path / "danger.toml").write_text(f"{GOOD}{more}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=re.escape(said)) as error:
        Lexicon.load(tmp_path)
    assert str(error.value).startswith("danger.toml: ")


def test_what_is_no_table_or_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('version = "1"\nsignal = 5\n')
    with pytest.raises(LexiconError, match=r"a\.toml: line 2: signal: want a table"):
        Lexicon.load(tmp_path)
    (tmp_path / "a.toml").write_bytes(b'version = "1"\n# ' + "打".encode("gbk"))
    with pytest.raises(LexiconError, match=r"a\.toml: line 2: not UTF-8"):
        Lexicon.load(tmp_path)


def test_a_right_one_is_taken(tmp_path: Path) -> None:
    (tmp_path / "danger.toml").write_text(GOOD, encoding="utf-8")
    assert Lexicon.load(tmp_path).terms["beating"].words == ("毒打",)
