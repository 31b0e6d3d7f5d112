"""Pictures drawn as SVG, in the page itself; colours also differ in brightness, and every picture has its table."""

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _BAR, _GAP, _LABEL, _AXIS = 720, 18, 8, 200, 24


def bars(rows: Sequence[tuple[str, float, float]], title: str, series: tuple[str, str], unit: str = "%") -> Markup:
    """Two bars a row, side by side on one scale: a label and two numbers, already in the unit."""
    most = max((max(one, other) for _, one, other in rows), default=0.0) or 1.0
    step = _BAR + _GAP
    height = len(rows) * step + _AXIS + 22
    room = _WIDTH - _LABEL - 70
    parts = [_legend(series)]
    for place, (label, one, other) in enumerate(rows):
        top = 22 + place * step
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_LABEL - 8, top + 13, _cut(label))
        )
        for offset, name, amount in ((0, "a", one), (_BAR // 2, "b", other)):
            width = room * amount / most
            parts.append(
                Markup('<rect class="{}" x="{}" y="{}" width="{:.1f}" height="{}"></rect>').format(
                    name, _LABEL, top + offset, max(width, 0.5 if amount > 0 else 0.0), _BAR // 2
                )
            )
        parts.append(
            Markup('<text x="{:.1f}" y="{}">{:.2f}{}</text>').format(
                _LABEL + room * max(one, other) / most + 6, top + 13, max(one, other), unit
            )
        )
    return _picture(parts, height, title)


def curve(values: Sequence[float], title: str, labels: tuple[str, str], unit: str = "%") -> Markup:
    """Falling values as one line, from the largest to the smallest."""
    height, left, room = 240, 56, _WIDTH - 80
    most = max(values, default=0.0) or 1.0
    shown = _thinned(values)
    points = " ".join(
        f"{left + room * place / max(1, len(shown) - 1):.1f},{20 + (height - 60) * (1 - value / most):.1f}"
        for place, value in enumerate(shown)
    )
    parts = [
        Markup('<polyline class="line" points="{}"></polyline>').format(points),
        Markup('<line class="axis" x1="{0}" y1="20" x2="{0}" y2="{1}"></line>').format(left, height - 40),
        Markup('<line class="axis" x1="{0}" y1="{1}" x2="{2}" y2="{1}"></line>').format(left, height - 40, left + room),
        Markup('<text x="{}" y="26" text-anchor="end">{:.2f}{}</text>').format(left - 6, most, unit),
        Markup('<text x="{}" y="{}" text-anchor="end">0</text>').format(left - 6, height - 40),
        Markup('<text x="{}" y="{}">1</text>').format(left, height - 22),
        Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(left + room, height - 22, len(values)),
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(left + room / 2, height - 6, labels[0]),
        Markup('<text x="{}" y="12">{}</text>').format(left, labels[1]),
    ]
    return _picture(parts, height, title)


def _thinned(values: Sequence[float], most: int = 400) -> list[float]:
    step = max(1, len(values) // most)
    return [*values[:-1:step], values[-1]]


def _legend(series: tuple[str, str]) -> Markup:
    return Markup(
        '<rect class="a" x="{0}" y="4" width="12" height="9"></rect><text x="{1}" y="13">{2}</text>'
        '<rect class="b" x="{3}" y="4" width="12" height="9"></rect><text x="{4}" y="13">{5}</text>'
    ).format(_LABEL, _LABEL + 18, series[0], _LABEL + 150, _LABEL + 168, series[1])


def _cut(label: str, most: int = 16) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _picture(parts: Sequence[Markup], height: int, title: str) -> Markup:
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" xmlns="http://www.w3.org/2000/svg">{}</svg>'
    ).format(title, _WIDTH, height, Markup("").join(parts))
