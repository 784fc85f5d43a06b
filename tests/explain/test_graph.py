"""The drawing of a network is complete, has no overlaps, and can be opened by any viewer."""

import functools
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest

from digitpad.explain.diagram import Box, Diagram
from digitpad.explain.graph import draw
from digitpad.explain.graph_drawing import network_svg
from digitpad.nn import ARCHITECTURES, Layer, Sequential, build, layers

SVG = "{http://www.w3.org/2000/svg}"


def double(prefix: str, channels_in: int, channels: int) -> list[tuple[str, Layer]]:
    return [
        (f"{prefix}_conv", layers.Conv2D(channels_in, channels, 3, padding=1)),
        (f"{prefix}_norm", layers.BatchNorm2D(channels)),
        (f"{prefix}_relu", layers.ReLU()),
    ]


def u(channels_in: int, width: int, depth: int) -> list[tuple[str, Layer]]:
    if depth == 0:
        return double("deep", channels_in, width)
    down = double("down", channels_in, width)
    body = [("pool", layers.MaxPool2D(2)), *u(width, 2 * width, depth - 1)]
    body.append(("rise", layers.ConvTranspose2D(2 * width, width, 2, stride=2)))
    gate = layers.AttentionGate(width, width)
    return [*down, ("skip", layers.SkipConnection(Sequential(body))), ("gate", gate), *double("up", 2 * width, width)]


def inception() -> Sequential:
    ways: dict[str, Layer] = {
        "narrow": layers.Conv2D(4, 2, 1),
        "wide": Sequential([("c1", layers.Conv2D(4, 3, 1)), ("c2", layers.Conv2D(3, 2, 3, padding=1))]),
        "past": layers.Identity(),
        "deep": Sequential(u(4, 4, 1)),
    }
    return Sequential([("first", layers.ReLU()), ("mix", layers.Concatenate(ways)), ("last", layers.Tanh())])


def preset(name: str) -> tuple[Sequential, tuple[int, ...]]:
    return build(ARCHITECTURES[name], rng=np.random.default_rng(0)), ARCHITECTURES[name].input_shape


NETWORKS: dict[str, Callable[[], tuple[Sequential, tuple[int, ...]]]] = {
    "one box": lambda: (Sequential([("only", layers.ReLU())]), (4, 8, 8)),
    "u": lambda: (Sequential([*u(4, 4, 3), ("head", layers.Conv2D(4, 1, 1))]), (4, 16, 16)),
    "u alone": lambda: (Sequential([("skip", layers.SkipConnection(Sequential(u(4, 4, 1))))]), (4, 8, 8)),
    "short way down": lambda: (
        Sequential([("skip", layers.SkipConnection(layers.Conv2D(4, 4, 1))), *double("up", 8, 4), *u(4, 4, 1)[4:]][:4]),
        (4, 8, 8),
    ),
    "long way down": lambda: (
        Sequential([*double("a", 4, 4), *double("b", 4, 4), ("skip", layers.SkipConnection(layers.Conv2D(4, 2, 1)))]),
        (4, 8, 8),
    ),
    "two skips": lambda: (
        Sequential(
            [
                ("a", layers.SkipConnection(Sequential(u(4, 4, 1)))),
                ("b", layers.SkipConnection(layers.Conv2D(8, 2, 1))),
                ("end", layers.ReLU()),
            ]
        ),
        (4, 8, 8),
    ),
    "u in residual": lambda: (
        Sequential([("r", layers.Residual(Sequential([*u(4, 4, 2)]))), ("end", layers.ReLU())]),
        (4, 8, 8),
    ),
    "inception": lambda: (inception(), (4, 8, 8)),
    "nothing learned": lambda: (Sequential([("r", layers.Residual(layers.Identity()))]), (4, 8, 8)),
    **{name: functools.partial(preset, name) for name in ARCHITECTURES},
}


@pytest.fixture(params=list(NETWORKS), scope="module")
def network(request: pytest.FixtureRequest) -> tuple[Sequential, tuple[int, ...]]:
    name: str = request.param
    return NETWORKS[name]()


def leaves(layer: Layer, name: str = "") -> list[str]:
    """Return the full names of all that must have a box."""
    if isinstance(layer, layers.Identity):
        return []
    names = [] if isinstance(layer, Sequential) else [name]
    if not isinstance(layer, layers.AttentionGate):
        for child_name, child in layer.children().items():
            names += leaves(child, f"{name}.{child_name}" if name else child_name)
    return names


def test_every_layer_has_one_box(network: tuple[Sequential, tuple[int, ...]]) -> None:
    drawn = [box.full_name for box in draw(*network).boxes if box.family != "end"]
    assert sorted(drawn) == sorted(leaves(network[0]))


def test_nothing_lies_on_anything_else(network: tuple[Sequential, tuple[int, ...]]) -> None:
    drawing = draw(*network)
    for one, other in itertools.combinations(drawing.boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y, (one.full_name, other.full_name)
    for line in drawing.lines:
        for (x0, y0), (x1, y1) in itertools.pairwise(line.points):
            assert x0 == x1 or y0 == y1, line
            for box in drawing.boxes:
                left, right = max(min(x0, x1), box.x), min(max(x0, x1), box.x + box.width)
                top, bottom = max(min(y0, y1), box.y), min(max(y0, y1), box.y + box.height)
                # Lines may touch the border of a box, but must not cross its inside.
                inside = left <= right and top <= bottom and box.x < right and left < box.x + box.width
                assert not (inside and box.y < bottom and top < box.y + box.height), (line, box.full_name)


def test_everything_lies_within_the_picture(network: tuple[Sequential, tuple[int, ...]]) -> None:
    drawing = draw(*network)
    points = [point for line in drawing.lines for point in line.points]
    points += [(box.x, box.y) for box in drawing.boxes]
    points += [(box.x + box.width, box.y + box.height) for box in drawing.boxes]
    assert min(x for x, _ in points) >= 0
    assert min(y for _, y in points) >= 0
    assert max(x for x, _ in points) <= drawing.width
    assert max(y for _, y in points) <= drawing.height


def test_every_layer_is_reached_and_left(network: tuple[Sequential, tuple[int, ...]]) -> None:
    drawing = draw(*network)
    for box in drawing.boxes:
        reached = any(_touches(box, line.points[-1]) for line in drawing.lines if line.arrow)
        left = any(_touches(box, line.points[0]) for line in drawing.lines)
        assert reached or box.full_name == "input", box.full_name
        assert left or box.full_name == "output", box.full_name


def test_boxes_say_what_the_layers_are() -> None:
    drawing = draw(build(ARCHITECTURES["light"], rng=np.random.default_rng(0)), (1, 28, 28))
    by_name = {box.full_name: box for box in drawing.boxes}
    assert by_name["conv2"].kind == "Conv2D"
    assert by_name["conv2"].lines == (("16 × 14 × 14", "1,168 parameters"),)
    assert by_name["pool2"].lines == (("16 × 7 × 7", ""),)
    assert by_name["input"].kind == "1 × 28 × 28"


def test_a_u_goes_down_on_the_left_and_up_on_the_right_with_its_skips_straight_across() -> None:
    drawing = draw(Sequential(u(4, 4, 2)), (4, 8, 8))
    by_name = {box.full_name: box for box in drawing.boxes}
    assert by_name["down_conv"].y < by_name["skip.body.down_conv"].y < by_name["skip.body.skip.body.deep_conv"].y
    assert by_name["up_conv"].y < by_name["skip"].y < by_name["skip.body.up_conv"].y
    assert by_name["down_conv"].x == by_name["skip.body.down_conv"].x
    assert by_name["up_conv"].x == by_name["skip.body.up_conv"].x > by_name["down_conv"].x + by_name["down_conv"].width
    straight = [line for line in drawing.lines if len(line.points) == 2 and line.points[0][1] == line.points[1][1]]
    assert len(straight) == 2


def test_what_does_something_runs_straight_and_what_does_nothing_stands_aside() -> None:
    ways: dict[str, Layer] = {"past": layers.Identity(), "conv": layers.Conv2D(4, 2, 1)}
    by_name = {box.full_name: box for box in draw(Sequential([("c", layers.Concatenate(ways))]), (4, 8, 8)).boxes}
    assert by_name["c.conv"].x == by_name["c"].x == by_name["input"].x


def test_a_shortcut_arrives_where_the_branches_meet() -> None:
    network = Sequential([("r", layers.Residual(Sequential(double("a", 4, 4))))])
    drawing = draw(network, (4, 8, 8))
    box = next(box for box in drawing.boxes if box.full_name == "r")
    assert sum(_touches(box, line.points[-1]) for line in drawing.lines if line.arrow) == 2


def test_the_file_is_sound_whatever_the_names() -> None:
    name = 'a<b>&"c\x00\x1b' + "long" * 20
    network = Sequential([(name, layers.ReLU())])
    root = ET.XML(network_svg(network, (4, 8, 8), "</title><script>"))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "</title><script>" in texts
    shown = next(text for text in texts if text and text.startswith("a<b>"))
    assert shown.endswith("…")
    assert len(shown) <= 24
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert titles[1] is not None
    assert titles[1].startswith('a<b>&"c')
    assert not list(root.iter(f"{SVG}script"))


def test_the_picture_states_its_size_and_totals() -> None:
    root = ET.XML(network_svg(build(ARCHITECTURES["light"], rng=np.random.default_rng(0)), (1, 28, 28), "light"))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "light" in texts
    assert any(text and "26,698 parameters" in text for text in texts)


def test_a_shape_that_does_not_fit_is_refused_by_the_layer() -> None:
    with pytest.raises(ValueError, match="conv1"):
        network_svg(build(ARCHITECTURES["light"], rng=np.random.default_rng(0)), (3, 28, 28), "light")


def _touches(box: Box, point: tuple[float, float]) -> bool:
    x, y = point
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def test_an_empty_way_takes_no_room() -> None:
    assert Diagram.of_line().lines == ()
