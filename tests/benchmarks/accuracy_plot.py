"""Draw accuracy over seconds as SVG: a thin line for each run, a thick one for the median of a library's runs.

    python tests/benchmarks/accuracy_plot.py accuracy.json accuracy.svg

redraws the results written by `time_to_accuracy.py`.
"""

import json
import math
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 130, 24, 56
#: Percent below which the curves are not shown, because they would compress the rest.
LOWEST, HIGHEST = 95.0, 99.5
COLOURS = {"digitpad": "#0072b2", "PyTorch": "#d55e00"}

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """One run: its library, and (seconds, percent) along the way."""

    library: str
    points: Points


def draw(curves: Sequence[Curve]) -> str:
    """Return the plot.

    Parameters
    ----------
    curves
        All runs; those of one library have the same number of points.
    """
    last = max(seconds for curve in curves for seconds, _ in curve.points)
    step = nice_step(last)
    end = step * math.ceil(last / step)
    title = "Accuracy on the MNIST test set over seconds from process start"
    frame = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img" aria-label="{title}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *_axes(end, step),
    ]
    libraries = list(dict.fromkeys(curve.library for curve in curves))
    for number, library in enumerate(libraries):
        own = [curve.points for curve in curves if curve.library == library]
        colour = COLOURS.get(library, "#666666")
        lines += [_line(points, end, colour, 'stroke-width="1" stroke-opacity="0.3"') for points in own]
        middle = median_points(own)
        lines.append(_line(middle, end, colour, 'stroke-width="2.5"'))
        x, y = WIDTH - RIGHT + 12, TOP + 20 + 22 * number
        lines.append(f'<path d="M{x} {y - 4}h18" stroke="{colour}" stroke-width="2.5"/>')
        lines.append(f'<text x="{x + 24}" y="{y}">{escape(library)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def median_points(runs: Sequence[Points]) -> list[tuple[float, float]]:
    """Return, for each evaluation, the median seconds and the median accuracy in percent."""
    return [
        (statistics.median(seconds for seconds, _ in look), statistics.median(percent for _, percent in look))
        for look in zip(*runs, strict=True)
    ]


def nice_step(length: float) -> float:
    """Return a distance between marks, 1, 2 or 5 times a power of ten, of which 4 to 10 fit into `length`."""
    power = 10.0 ** math.floor(math.log10(length / 4))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= length / 4)


def _axes(end: float, step: float) -> Iterator[str]:
    for percent in range(math.ceil(LOWEST), math.floor(HIGHEST) + 1):
        x, y = _place(0, percent, end)
        dashes = ' stroke-dasharray="5 3"' if percent in {98, 99} else ""
        colour = "#888888" if dashes else "#dddddd"
        yield f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="{colour}"{dashes}/>'
        yield f'<text x="{x - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{percent}%</text>'
    for mark in range(round(end / step) + 1):
        x, y = _place(mark * step, LOWEST, end)
        yield f'<path d="M{x:.1f} {y:.1f}v5" stroke="black"/>'
        yield f'<text x="{x:.1f}" y="{y + 20:.1f}" text-anchor="middle">{mark * step:g}</text>'
    x, y = _place(0, LOWEST, end)
    yield f'<path d="M{x:.1f} {TOP}V{y:.1f}H{WIDTH - RIGHT}" stroke="black" fill="none"/>'
    centre = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{centre:.1f}" y="{HEIGHT - 14}" text-anchor="middle">seconds from process start</text>'
    yield (
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2:.1f}) rotate(-90)" text-anchor="middle">'
        "MNIST test digits read correctly</text>"
    )


def _line(points: Points, end: float, colour: str, style: str) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in _visible(points, end))
    return f'<path d="M{path}" stroke="{colour}" fill="none" stroke-linejoin="round" {style}/>' if path else ""


def _visible(points: Points, end: float) -> Iterator[tuple[float, float]]:
    """Yield the positions of the points in the plot, from where the curve last enters from below."""
    pairs = list(points)
    for number, (seconds, percent) in enumerate(pairs):
        if percent >= LOWEST:
            if number and pairs[number - 1][1] < LOWEST:
                before = pairs[number - 1]
                share = (LOWEST - before[1]) / (percent - before[1])
                yield _place(before[0] + share * (seconds - before[0]), LOWEST, end)
            yield _place(seconds, percent, end)


def _place(seconds: float, percent: float, end: float) -> tuple[float, float]:
    x = LEFT + (WIDTH - LEFT - RIGHT) * seconds / end
    y = TOP + (HEIGHT - TOP - BOTTOM) * (HIGHEST - min(percent, HIGHEST)) / (HIGHEST - LOWEST)
    return x, y


def main(words: Iterable[str]) -> None:
    """Redraw earlier results."""
    source, target = (Path(word) for word in words)
    runs = json.loads(source.read_text(encoding="utf-8"))["runs"]
    curves = [Curve(run["library"], [(seconds, 100 * share) for seconds, share in run["points"]]) for run in runs]
    target.write_text(draw(curves), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
