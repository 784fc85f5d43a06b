"""Parts of a run that are built from its settings and its architecture."""

import pytest

from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES
from digitpad.training.building import with_zero_weights


@pytest.mark.parametrize("name", ["standard", "resnet", "lenet5"])
def test_zero_weights_have_the_same_shapes(name: str) -> None:
    plan = ARCHITECTURES[name]
    usual, zero = (build_network(architecture, 0) for architecture in (plan, with_zero_weights(plan)))
    shapes = {key: value.shape for key, value in usual.state_dict().items()}
    assert {key: value.shape for key, value in zero.state_dict().items()} == shapes
    weights = [key for key, value in usual.state_dict().items() if value.ndim > 1]
    assert weights
    assert not any(zero.state_dict()[key].any() for key in weights)
