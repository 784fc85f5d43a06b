"""Draws figures as trees of SVG elements.

A tree of elements is escaped when it is written, so no name in a figure can become markup. Colours are given by name
("accent") and written as "@accent"; `with_colours` replaces them by real ones.
"""

import base64
import copy
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from digitpad.charts.palette import LIGHT

Point = tuple[float, float]

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_FONT = "'Noto Sans','Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
_LETTER = 0.56  # the usual width of a letter, as a share of the size of the font
_WIDE = 0.95  # of Chinese, Japanese and Korean characters, and of emoji


class Drawing:
    """A figure that is being drawn; lengths are pixels at the usual size.

    Parameters
    ----------
    width, height
        The size.

    Attributes
    ----------
    root
        The SVG element.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.root = Element(
            "svg", {"viewBox": f"0 0 {_number(width)} {_number(height)}", "width": _number(width), "font-family": _FONT}
        )
        self.root.set("height", _number(height))

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        opacity: float = 1.0,
        radius: float = 0.0,
        stroke: str = "",
        hint: str = "",
    ) -> None:
        """Draw a rectangle; `hint` is shown where the pointer rests on it."""
        shape = self._add("rect", x=x, y=y, width=max(0.0, width), height=max(0.0, height))
        _paint(shape, fill=fill, stroke=stroke, opacity=opacity)
        if radius:
            shape.set("rx", _number(radius))
        _hint(shape, hint)

    def line(
        self, start: Point, end: Point, stroke: str, *, width: float = 1.0, dash: str = "", opacity: float = 1.0
    ) -> None:
        """Draw a straight line."""
        shape = self._add("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1])
        _paint(shape, stroke=stroke, width=width, dash=dash, opacity=opacity)

    def polyline(
        self, points: Sequence[Point], stroke: str, *, width: float = 1.5, dash: str = "", opacity: float = 1.0
    ) -> None:
        """Draw a line through points."""
        if len(points) < 2:
            return
        shape = self._add("polyline")
        shape.set("points", _points(points))
        shape.set("stroke-linejoin", "round")
        _paint(shape, fill="none", stroke=stroke, width=width, dash=dash, opacity=opacity)

    def polygon(self, points: Sequence[Point], fill: str, *, opacity: float = 1.0) -> None:
        """Fill the area within points."""
        shape = self._add("polygon")
        shape.set("points", _points(points))
        _paint(shape, fill=fill, opacity=opacity)

    def dot(self, x: float, y: float, radius: float, fill: str, *, hint: str = "") -> None:
        """Draw a filled circle."""
        shape = self._add("circle", cx=x, cy=y, r=radius)
        _paint(shape, fill=fill)
        _hint(shape, hint)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 11.0,
        colour: str = "text",
        anchor: str = "start",
        bold: bool = False,
        upright: bool = False,
        opacity: float = 1.0,
    ) -> None:
        """Write a line of text from, around or to (x, y), which lies on its base line.

        Parameters
        ----------
        x, y, text, size, colour, opacity
            What, where and how.
        anchor
            "start", "middle" or "end".
        bold
            Whether it is bold.
        upright
            Whether it runs from bottom to top.
        """
        shape = self._add("text", x=x, y=y)
        shape.text = safe_text(text)
        shape.set("font-size", _number(size))
        if anchor != "start":
            shape.set("text-anchor", anchor)
        if bold:
            shape.set("font-weight", "600")
        if upright:
            shape.set("transform", f"rotate(-90 {_number(x)} {_number(y)})")
        _paint(shape, fill=colour, opacity=opacity)

    def image(self, x: float, y: float, width: float, height: float, png: bytes, *, hint: str = "") -> None:
        """Draw a picture, with sharp edges of its pixels."""
        shape = self._add("image", x=x, y=y, width=width, height=height)
        shape.set("preserveAspectRatio", "none")
        shape.set("image-rendering", "pixelated")
        shape.set("xlink:href", f"data:image/png;base64,{base64.b64encode(png).decode()}")
        _hint(shape, hint)

    def inside(self, group: Element) -> "Drawing":
        """Return a drawing of the same size that adds to an element of this one."""
        inner = Drawing(self.width, self.height)
        inner.root = group
        return inner

    def _add(self, tag: str, **numbers: float) -> Element:
        return SubElement(self.root, tag, {name: _number(value) for name, value in numbers.items()})


def with_colours(drawing: Element, colour: Callable[[str], str]) -> Element:
    """Return a copy of a drawing whose colours are those that a function returns for their names."""
    copied = copy.deepcopy(drawing)
    for element in copied.iter():
        for name in ("fill", "stroke"):
            value = element.get(name, "")
            if value.startswith("@"):
                element.set(name, colour(value[1:]))
    return copied


def svg_file(drawing: Element, title: str, description: str, colours: Mapping[str, str] = LIGHT) -> str:
    """Return a drawing as the contents of an SVG file, on a ground of its own.

    Parameters
    ----------
    drawing
        The drawing.
    title, description
        Its name, and the drawing in words.
    colours
        The colours by name.
    """
    root = with_colours(drawing, colours.__getitem__)
    root.set("xmlns", _SVG)
    root.set("xmlns:xlink", _XLINK)
    root.set("role", "img")
    ground = Element("rect", {"fill": colours["surface"]})
    for name in ("width", "height"):
        ground.set(name, root.get(name, ""))
    heads = [Element("title"), Element("desc")]
    for head, text in zip(heads, (title, description), strict=True):
        head.text = safe_text(text)
    root[:0] = [*heads, ground]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def text_width(text: str, size: float = 11.0) -> float:
    """Return about how wide a text is, in pixels: no font is at hand, and readers have different ones."""
    return size * sum(_WIDE if ord(letter) >= 0x1100 else _LETTER for letter in text)


def shortened(text: str, width: float, size: float = 11.0) -> str:
    """Return a text that is at most about as wide as given, with an ellipsis if it was cut."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept + "…"


def safe_text(text: str) -> str:
    """Return a text without the characters that neither XML nor HTML allows, or that change the direction of a text.

    Spaces of all kinds, line breaks and tabs stay.
    """
    return "".join(letter if _is_safe(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _is_safe(letter: str) -> bool:
    return letter.isprintable() or letter in "\n\t" or unicodedata.category(letter) == "Zs"


def _paint(
    shape: Element, *, fill: str = "", stroke: str = "", width: float = 1.0, dash: str = "", opacity: float = 1.0
) -> None:
    if fill:
        shape.set("fill", _colour(fill))
    if stroke:
        shape.set("stroke", _colour(stroke))
        if width != 1.0:
            shape.set("stroke-width", _number(width))
    if dash:
        shape.set("stroke-dasharray", dash)
    if opacity < 1.0:
        shape.set("opacity", _number(opacity))


def _colour(name: str) -> str:
    """Return the value of an attribute: a colour by its name; "none", and colours of data such as #12ab34, as given."""
    return name if name == "none" or name.startswith("#") else f"@{name}"


def _hint(shape: Element, hint: str) -> None:
    if hint:
        SubElement(shape, "title").text = safe_text(hint)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    """Return a length with at most two decimals: a hundredth of a pixel is not visible."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
