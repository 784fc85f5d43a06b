"""Draws the graph of a network as SVG: boxes for layers, lines for the flow of data."""

from xml.etree.ElementTree import Element, SubElement

from digitpad.charts.drawing import Drawing, safe_text, svg_file, text_width
from digitpad.explain.diagram import Box, Diagram
from digitpad.explain.graph import END, PADDING, arrow_head, colour_of, draw, parameters_in_words, sizes
from digitpad.nn import Sequential
from digitpad.nn.backend import Shape

_MARGIN = 28.0
_TITLE, _SUBTITLE = 18.0, 12.0


def network_svg(network: Sequential, input_shape: Shape, title: str) -> str:
    """Return a drawing of a network as the contents of an SVG file.

    Parameters
    ----------
    network
        The network.
    input_shape
        Shape of one sample.
    title
        Title of the drawing.

    Raises
    ------
    ValueError
        If the network does not accept this shape; the message begins with the name of the layer.
    """
    body = draw(network, input_shape)
    about = network_in_words(network, input_shape)
    heading = max(text_width(title, _TITLE), text_width(about, _SUBTITLE))
    width = max(body.width, heading) + 2 * _MARGIN
    drawing = Drawing(width, body.height + 64 + 2 * _MARGIN)
    drawing.text(width / 2, 40, title, size=_TITLE, bold=True, anchor="middle")
    drawing.text(width / 2, 62, about, size=_SUBTITLE, colour="muted", anchor="middle")
    _draw(drawing, body.moved((width - body.width) / 2, 64 + _MARGIN))
    return svg_file(drawing.root, title, about)


def network_drawing(network: Sequential, input_shape: Shape) -> Element:
    """Return a drawing of a network without a title, as an SVG element; raises what `network_svg` raises."""
    body = draw(network, input_shape)
    drawing = Drawing(body.width + 2, body.height + 2)
    _draw(drawing, body.moved(1, 1))
    return drawing.root


def network_in_words(network: Sequential, input_shape: Shape) -> str:
    """Return the shapes of input and output and the number of parameters: "1 × 28 × 28 → 10    8,778 parameters"."""
    count = sum(parameter.value.size for parameter in network.parameters())
    return f"{sizes(input_shape)} → {sizes(network.output_shape(input_shape))}    {parameters_in_words(count)}"


def _draw(drawing: Drawing, diagram: Diagram) -> None:
    for line in diagram.lines:
        drawing.polyline(line.points, "bar", width=1.4, opacity=0.8)
        if line.arrow:
            drawing.polygon(arrow_head(line), "bar")
    for box in diagram.boxes:
        _draw_box(drawing, box)


def _draw_box(drawing: Drawing, box: Box) -> None:
    x, y, right = box.x, box.y, box.x + box.width - PADDING
    if box.family == END:
        drawing.rect(x, y, box.width, box.height, "field", radius=box.height / 2, stroke="line")
        drawing.text(x + PADDING + 4, y + 18, box.name, size=12, bold=True)
        drawing.text(right - 4, y + 18, box.kind, size=12, colour="muted", anchor="end")
        return
    group = SubElement(drawing.root, "g")
    SubElement(group, "title").text = safe_text(box.full_name)
    drawing = drawing.inside(group)
    drawing.rect(x, y, box.width, box.height, "field", radius=5, stroke="line")
    drawing.rect(x, y + 4, 4, box.height - 8, colour_of(box.family), radius=1)
    drawing.text(x + PADDING, y + 19, box.name, size=12, bold=True)
    drawing.text(right, y + 19, box.kind, size=12, colour="muted", anchor="end")
    for index, (left_text, right_text) in enumerate(box.lines):
        height = y + 36 + 16 * index
        drawing.text(x + PADDING, height, left_text)
        if right_text:
            drawing.text(right, height, right_text, colour="muted", anchor="end")
