"""Elastic weight consolidation: the formula, on a network that is small enough to differentiate by hand."""

import numpy as np

from digitpad.adaptation.consolidation import Consolidation, measure_importance
from digitpad.nn import Linear, Sequential


def _network() -> Sequential:
    return Sequential([("fc", Linear(3, 2, rng=np.random.default_rng(0)))])


def test_the_importance_is_the_mean_square_of_the_derivative_of_the_log_probability() -> None:
    network = _network()
    images = np.random.default_rng(1).normal(size=(4000, 3)).astype(np.float32)
    before = {name: value.copy() for name, value in network.state_dict().items()}
    weight, bias = measure_importance(network, images, np.random.default_rng(2))
    # Of a linear layer: d log p[a] / d w[c, i] = (a == c) - p[c] times x[i], and its square has the mean
    # p[c] * (1 - p[c]) * x[i]**2 over the answers a.
    logits = network.forward(images).astype(np.float64)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    variance = shares * (1 - shares)
    np.testing.assert_allclose(bias, variance.mean(axis=0), rtol=0.05)
    np.testing.assert_allclose(weight, variance.T @ images.astype(np.float64) ** 2 / len(images), rtol=0.1)
    assert all((before[name] == value).all() for name, value in network.state_dict().items())


def test_the_penalty_pulls_important_weights_back() -> None:
    network = _network()
    weight, bias = network.parameters()
    importance = [np.zeros_like(weight.value), np.ones_like(bias.value)]
    importance[0][0, 1] = 2.0
    guard = Consolidation(network, importance, 10.0)
    for parameter in (weight, bias):
        parameter.clear_grad()
    guard.add_gradients()
    assert not weight.grad.any()
    weight.clear_grad()
    bias.clear_grad()
    weight.value = weight.value + np.float32(0.5)
    bias.value = bias.value - np.float32(0.25)
    guard.add_gradients()
    # The strength 10, times the importance, times the change since then.
    np.testing.assert_allclose(weight.grad, [[0, 10, 0], [0, 0, 0]], rtol=1e-5)
    np.testing.assert_allclose(bias.grad, [-2.5, -2.5], rtol=1e-5)
