"""What is particular to normalization of single samples: which numbers go together."""

import numpy as np
import pytest

from digitpad.nn.layers import BatchNorm2D, GroupNorm, LayerNorm

X = np.random.default_rng(0).standard_normal((3, 6, 4, 5)) * 3 + 2


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_every_group_has_mean_0_and_variance_1(groups: int) -> None:
    rows = GroupNorm(groups, 6, eps=0, dtype=np.float64).forward(X).reshape(3 * groups, -1)
    np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(rows.var(axis=1), 1, rtol=1e-12)


def test_a_group_for_each_channel_is_batch_normalization_of_one_image() -> None:
    alone = BatchNorm2D(6, track_running_stats=False, dtype=np.float64)
    expected = np.concatenate([alone.forward(X[index : index + 1]) for index in range(3)])
    np.testing.assert_allclose(GroupNorm(6, 6, dtype=np.float64).forward(X), expected, rtol=1e-10)


def test_one_group_is_layer_normalization_of_the_whole_sample() -> None:
    whole = LayerNorm((6, 4, 5), dtype=np.float64)
    np.testing.assert_allclose(GroupNorm(1, 6, dtype=np.float64).forward(X), whole.forward(X), rtol=1e-10)


def test_a_constant_sample_becomes_zeros() -> None:
    assert not LayerNorm(4, dtype=np.float64).forward(np.full((2, 4), 7.0)).any()


def test_any_axes_may_stand_before_those_that_are_normalized() -> None:
    out = LayerNorm(5, eps=0, dtype=np.float64).forward(X)
    np.testing.assert_allclose(out.mean(axis=-1), 0, atol=1e-12)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^GroupNorm: num_groups is 4; expected a divisor of num_channels 6"):
        GroupNorm(4, 6)
    with pytest.raises(ValueError, match=r"^LayerNorm: normalized_shape is \(\); expected at least one size"):
        LayerNorm(())
    with pytest.raises(ValueError, match=r"^LayerNorm: x has shape \(2, 4\); expected \(N, 5\)"):
        LayerNorm(5, dtype=np.float64).forward(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"the input shape is \(4,\); expected it to end with \(3, 4\)"):
        LayerNorm((3, 4)).output_shape((4,))
