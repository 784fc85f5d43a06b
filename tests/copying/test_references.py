"""The file in which each layer is computed exists and has it, and PyTorch's expression is the export's."""

from pathlib import Path

import digitpad
from digitpad.copying.references import reference_of
from digitpad.nn import ARCHITECTURES, build
from digitpad.nn import layers as layer_types
from digitpad.nn.layer import Layer


def _all(layer: Layer) -> list[Layer]:
    return [layer] + [inner for child in layer.children().values() for inner in _all(child)]


def test_every_layer_has_a_file() -> None:
    root = Path(digitpad.__file__).parent.parent
    for name in ("standard", "resnet", "unet-narrow"):
        for layer in _all(build(ARCHITECTURES[name])):
            found = reference_of(layer)
            assert f"class {found.name}(" in (root / found.file).read_text(encoding="utf-8")


def test_the_same_in_pytorch() -> None:
    assert reference_of(layer_types.Conv2D(3, 5, 3)).pytorch == "nn.Conv2d(3, 5, 3)"
    assert reference_of(layer_types.ReLU()).pytorch == "nn.ReLU()"
    assert reference_of(layer_types.ReLU()).file == "digitpad/nn/layers/activations.py"
