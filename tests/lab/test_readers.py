"""Networks typed as text or pasted as PyTorch code."""

import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.layer_text import as_layers, parse_layers
from digitpad.lab.networks import solve
from digitpad.lab.pytorch_reader import looks_like_pytorch, parse_pytorch
from digitpad.nn import ARCHITECTURES, Architecture

_EXAM = [(5, 30, 30), (5, 15, 15), (2, 11, 11), (242,), (10,)]


def _shapes(plan: Architecture) -> list[tuple[int, ...]]:
    solution = solve(plan)
    assert solution.misfit is None
    return [row.output_shape for row in solution.rows]


@pytest.mark.parametrize(
    "text",
    [
        "input 3x32x32\nconv 5 3x3\navgpool 2\nconv 2 5x5\nflatten\nlinear 10",
        "Input: 3 × 32 × 32; Conv2d 5 kernel=3; pool 2; conv 2 k=5; flatten; dense 10",
        "input (3, 32, 32)\n\n# comment\nconv 5 3 1 valid  # five\nmaxpool 2 stride=2\nconv 2,5\nflatten\nfc 10",
    ],
)
def test_layers_are_read_from_text(text: str) -> None:
    assert _shapes(parse_layers(text)) == _EXAM


def test_every_layer_can_be_typed() -> None:
    text = """
    input 2x8x8
    conv 4 3 padding=same bias=false groups=2
    batchnorm
    relu
    leakyrelu 0.2
    elu
    silu
    gelu
    tanh
    sigmoid
    softmax
    identity
    convtranspose 2 2 stride=2
    dropout 0.5
    prelu
    selu
    mish
    hardswish
    hardsigmoid
    pad 1 reflect
    groupnorm 2
    maxpool 3 2 ceil_mode=true
    upsample 2x3 bilinear
    adaptiveavgpool 4x2
    globalavgpool
    flatten
    linear 3
    """
    plan = parse_layers(text)
    assert len(_shapes(plan)) == 26
    written = as_layers(plan)
    assert written is not None
    assert _shapes(parse_layers(written, plan.input_shape)) == _shapes(plan)
    assert [spec["name"] for spec in plan.layers][:3] == ["conv1", "bn1", "relu1"]
    assert plan.layers[0]["bias"] is False


@pytest.mark.parametrize("name", ["standard", "exam", "lenet5", "catdog", "reader", "mlp"])
def test_a_written_network_is_read_back(name: str) -> None:
    plan = ARCHITECTURES[name]
    text = as_layers(plan)
    assert text is not None
    again, expected = solve(parse_layers(text, plan.input_shape)), solve(plan)
    assert [(row.output_shape, row.parameters) for row in again.rows] == [
        (row.output_shape, row.parameters) for row in expected.rows
    ]


def test_a_network_with_branches_has_no_lines() -> None:
    assert as_layers(ARCHITECTURES["resnet"]) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no layer yet"),
        ("input 1x8x8", "no layer yet"),
        ("conv 3 3", "shape of the input is missing"),
        ("input 8x8\nconv 3 3", "Line 1: '8x8' is not a shape"),
        ("input big\nconv 3 3", "Line 1: 'big' is not a shape"),
        ("input 1x8x8\nlstm 3", "Line 2: there is no layer called 'lstm'"),
        ("input 1x8x8\nconv 3", "Line 2: conv needs kernel_size, as in conv 8 3x3"),
        ("input 1x8x8\nconv 3 x", "Line 2: 'x' is not a number"),
        ("input 1x8x8\nconv 3 3 1 1 1", "one number too many"),
        ("input 1x8x8\nflatten 3", "one number too many"),
        ("input 1x8x8" + "\nrelu" * 201, "more than 200 layers"),
    ],
)
def test_wrong_lines_are_answered(text: str, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        parse_layers(text)


def test_a_typed_layer_that_does_not_fit_is_left_to_the_table() -> None:
    misfit = solve(parse_layers("input 1x8x8\nconv 3 9x9\nrelu")).misfit
    assert misfit is not None
    assert misfit.name == "conv1"
    with pytest.raises(DigitpadError, match="too large"):
        solve(parse_layers("input 1x8x8\nconv 999999999 3"))


_CODE = """
import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(3, 5, kernel_size=3),
    nn.AvgPool2d(2),
    nn.Conv2d(5, 2, (5, 5), bias=True),
    nn.Flatten(),
    nn.Linear(2 * 11 * 11, 10),
)
"""


@pytest.mark.parametrize(
    "code",
    [
        _CODE,
        _CODE.replace("nn.", "torch.nn."),
        """nn.Sequential(OrderedDict([
            ('a', nn.Conv2d(3, 5, 3)), ('b', nn.AvgPool2d(2)), ('c', nn.Conv2d(5, 2, 5)),
            ('d', nn.Flatten(1)), ('e', nn.Linear(242, 10))]))""",
        """nn.Sequential(OrderedDict({'a': nn.Sequential(nn.Conv2d(3, 5, 3), nn.AvgPool2d(2)),
            'c': nn.Conv2d(5, 2, 5), 'd': nn.Flatten(), 'e': nn.Linear(242, 10)}))""",
        """
            class Net(nn.Module):
                def __init__(self):
                    self.net = nn.Sequential(
                        nn.Conv2d(3, 5, 3), nn.MaxPool2d(kernel_size=2, stride=2),
                        nn.Sequential(nn.Conv2d(5, 2, 5), nn.Flatten()),
                        nn.Linear(in_features=242, out_features=10))
        """,
    ],
)
def test_pytorch_code_is_read(code: str) -> None:
    assert looks_like_pytorch(code)
    assert _shapes(parse_pytorch(code, (3, 32, 32))) == _EXAM


def test_every_layer_of_pytorch_is_read() -> None:
    code = """nn.Sequential(
        nn.Conv2d(2, 4, 3, padding='same', padding_mode='zeros'), nn.BatchNorm2d(4), nn.ReLU(inplace=True),
        nn.LeakyReLU(0.2), nn.ELU(), nn.SiLU(), nn.GELU(approximate='tanh'), nn.Tanh(), nn.Sigmoid(), nn.Identity(),
        nn.ConvTranspose2d(4, 2, 2, stride=2), nn.MaxPool2d(2), nn.AvgPool2d(2), nn.Dropout(p=0.5),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(2, 3, bias=False), nn.Softmax(dim=1))"""
    plan = parse_pytorch(code, (2, 8, 8))
    assert len(_shapes(plan)) == 18
    assert len({spec["name"] for spec in plan.layers}) == 18


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 3", "no nn.Sequential"),
        ("nn.Sequential()", "has no layers"),
        ("nn.Sequential(\n  nn.Linear(3, 2)", "not Python code"),
        ("nn.Sequential(\n  nn.LSTM(3))", "Line 2: the lab does not know LSTM"),
        ("nn.Sequential(nn.Linear(3, n))", "Line 1: n in Linear is not a number"),
        ("nn.Sequential(*layers)", "can be read without running"),
        ("nn.Sequential(layer)", "layer is not a layer that can be read"),
        ("nn.Sequential(nn.Linear(**options))", "can be read without running"),
        ("nn.Sequential(nn.Linear(1, 2, True, None, None, 3))", "too many arguments"),
        ("nn.Sequential(nn.Linear(1, 2, foo=3))", "no argument foo"),
        ("nn.Sequential(nn.Conv2d(1, 2, 3, padding_mode='circular'))", "padding_mode is 'circular'; expected"),
        ("nn.Sequential(nn.Upsample(8))", "size=8 is not known"),
        ("nn.Sequential(nn.Linear(8 // 0, 2))", "divided by zero"),
        ("nn.Sequential(nn.Linear(" + "9 * " * 40 + "9, 2))", "too large"),
        ("nn.Sequential(nn.Linear(" + "1 + " * 3000 + "1, 2))", "nested too deeply|not Python"),
        ("nn.Sequential(OrderedDict([layer]))", "can be read without running"),
        ("nn.Sequential(" + " " * 200_000 + ")", "characters"),
        ("\0", "not Python code|no nn.Sequential"),
    ],
)
def test_wrong_code_is_answered(code: str, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        parse_pytorch(code, (1, 8, 8))


def test_code_is_never_executed() -> None:
    code = "nn.Sequential(nn.Linear(__import__('sys').exit(3), 2))"
    with pytest.raises(DigitpadError, match="is not a number"):
        parse_pytorch(code, (1, 8, 8))


_LAYERS = """
nn.Sequential(
    nn.ReflectionPad2d((1, 2, 0, 1)),
    nn.Conv2d(3, 8, 3, padding=1, padding_mode="replicate"),
    nn.GroupNorm(2, 8),
    nn.PReLU(8),
    nn.MaxPool2d(3, 2, 1, ceil_mode=True),
    nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False),
    nn.Upsample(scale_factor=2, align_corners=None),
    nn.AdaptiveAvgPool2d((4, 5)),
    nn.LayerNorm([8, 4, 5]),
    nn.BatchNorm2d(8, momentum=None),
    nn.AdaptiveAvgPool2d(1),
    nn.Hardswish(inplace=True),
    nn.Flatten(),
    nn.Softmax(dim=-1),
)
"""


def test_pytorchs_borders_sizes_and_normalizations_are_read() -> None:
    plan = parse_pytorch(_LAYERS, (3, 20, 20))
    shapes = _shapes(plan)
    assert [spec["type"] for spec in plan.layers][:3] == ["Pad2D", "Pad2D", "Conv2D"]
    assert plan.layers[0]["padding"] == ((0, 1), (1, 2))
    assert plan.layers[1]["mode"] == "replicate"
    assert plan.layers[2]["padding"] == 0
    assert [spec["type"] for spec in plan.layers].count("GlobalAveragePool2D") == 1
    # PyTorch computes the same sizes.
    assert shapes[5:9] == [(8, 11, 12), (8, 22, 24), (8, 44, 48), (8, 4, 5)]


def test_a_border_that_is_not_known_is_answered() -> None:
    with pytest.raises(DigitpadError, match="Line 1: Conv2d: padding_mode is 'circular'; expected"):
        parse_pytorch('nn.Sequential(nn.Conv2d(3, 3, 3, padding_mode="circular"))', (3, 8, 8))


def test_uneven_padding_has_no_lines() -> None:
    plan = Architecture("", (1, 8, 8), ({"name": "pad", "type": "Pad2D", "padding": [[0, 1], [1, 0]]},))
    assert as_layers(plan) is None
