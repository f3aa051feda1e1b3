"""The measures as a picture: an SVG of the bars and of which level was taken for which."""

from __future__ import annotations

from html import escape

from triage.evaluation import LEVELS, Measures

_COLOURS = {"red": "#c0392b", "orange": "#d9822b", "yellow": "#b7950b", "green": "#2e8b57"}
_WIDTH, _ROW, _CELL, _LEFT = 760, 26, 90, 250


def drawing(measures: Measures) -> str:
    """An SVG document."""
    shapes: list[str] = []
    top = 40
    for name, (value, bar) in measures.values().items():
        shapes.append(_text(10, top + 17, name))
        if value <= 1:
            shapes.append(
                _box(_LEFT, top + 4, 300, 16, "#e8e8e8") + _box(_LEFT, top + 4, 300 * value, 16, "#4a6fa5")
            )
        shapes.append(_text(_LEFT + 312, top + 17, f"{value:.3f}   {bar}"))
        top += _ROW
    top += 20
    shapes.append(_text(10, top + 17, "label \\ answer"))
    for column, answer in enumerate(LEVELS):
        shapes.append(_text(_LEFT + column * _CELL, top + 17, str(answer)))
    for truth in LEVELS:
        top += _ROW
        row = [measures.confusions[truth, answer] for answer in LEVELS]
        shapes.append(_text(10, top + 17, str(truth)))
        for column, count in enumerate(row):
            shade = count / max(1, sum(row))
            colour = _COLOURS[str(LEVELS[column])]
            shapes.append(_box(_LEFT + column * _CELL - 8, top, _CELL - 4, _ROW - 3, colour, opacity=shade))
            shapes.append(_text(_LEFT + column * _CELL, top + 17, str(count)))
    head = _text(10, 24, f"{measures.confusions.total()} texts")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top + 2 * _ROW}" '
        f'font-family="sans-serif" font-size="14"><rect width="100%" height="100%" fill="white"/>'
        f"{head}{''.join(shapes)}</svg>\n"
    )


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str, *, opacity: float = 1.0) -> str:
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'fill="{colour}" fill-opacity="{opacity:.2f}"/>'
    )
