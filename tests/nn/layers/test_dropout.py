"""Dropout's random part: what is kept, what it is multiplied by, and where its numbers come from."""

import numpy as np
import pytest

from digitpad.nn.layers import Dropout


def test_what_is_kept_is_enlarged_so_that_the_mean_stays() -> None:
    x = np.ones((100, 1000), np.float32)
    out = Dropout(0.25, rng=np.random.default_rng(0)).forward(x, training=True)

    assert set(np.unique(out)) == {0, np.float32(1 / 0.75)}
    assert (out == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert out.mean() == pytest.approx(1, abs=0.01)


def test_the_gradient_passes_where_the_value_did() -> None:
    layer, x = Dropout(0.5, rng=np.random.default_rng(0)), np.ones((10, 20))
    out = layer.forward(x, training=True)

    np.testing.assert_array_equal(layer.backward(x), out)


def test_inference_returns_its_input() -> None:
    x = np.ones((10, 20))

    assert Dropout(0.5).forward(x) is x


def test_the_same_seed_drops_the_same_values_in_every_dtype() -> None:
    single, double, other = (
        Dropout(0.5, rng=np.random.default_rng(seed)).forward(np.ones((10, 20), dtype), training=True) > 0
        for seed, dtype in ((1, np.float32), (1, np.float64), (2, np.float32))
    )

    np.testing.assert_array_equal(single, double)
    assert (single != other).any()


def test_replicas_drop_different_values() -> None:
    layer, x = Dropout(0.5, rng=np.random.default_rng(1)), np.ones((10, 20))
    outputs = [each.forward(x, training=True) for each in (layer, layer.replica(), layer.replica())]

    assert (outputs[0] != outputs[1]).any()
    assert (outputs[1] != outputs[2]).any()


@pytest.mark.parametrize("p", [1, -0.1, float("nan")])
def test_a_probability_that_cannot_work_is_named(p: float) -> None:
    with pytest.raises(ValueError, match=r"^Dropout: p is .*; expected a number in \[0, 1\)"):
        Dropout(p)
