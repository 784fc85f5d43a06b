"""Where a layer of `digitpad.nn` is computed, and the same layer in PyTorch: what stands beside its arithmetic."""

from dataclasses import dataclass

from digitpad.export.pytorch_source import expression
from digitpad.nn.layer import Layer


@dataclass(frozen=True, slots=True)
class LayerReference:
    """Where to read more about a layer.

    Attributes
    ----------
    pytorch
        The expression that constructs it in PyTorch; None if PyTorch has no such layer.
    file
        The file of `digitpad.nn` that computes it, from the root of the repository.
    name
        The class in that file.
    """

    pytorch: str | None
    file: str
    name: str


def reference_of(layer: Layer) -> LayerReference:
    """Return where a layer is computed, and the same layer in PyTorch."""
    kind = type(layer)
    file = kind.__module__.replace(".", "/") + ".py"
    try:
        pytorch: str | None = expression(kind.__name__, layer, {})
    except ValueError:
        pytorch = None
    return LayerReference(pytorch, file, kind.__name__)
