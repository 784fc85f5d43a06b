from collections.abc import Generator
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import extras
from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation.film.embedding import EmbeddingProgress, embedding
from digitpad.evaluation.film.points import INPUT, LayerPoints, Plane, layer_points
from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture

Values = NDArray[np.float32]
Step = TypeVar("Step")
Result = TypeVar("Result")


def run(job: Generator[Step, None, Result]) -> tuple[list[Step], Result]:
    """Return what a job yields, and its result."""
    steps = []
    while True:
        try:
            steps.append(next(job))
        except StopIteration as end:
            return steps, end.value


def clusters(features: int, each: int = 20) -> tuple[Values, NDArray[np.int64]]:
    """Return three clusters of points, and the cluster of each."""
    rng = np.random.default_rng(3)
    centers = rng.normal(0, 4, (3, features))
    which = np.arange(3 * each) % 3
    return (centers[which] + rng.normal(0, 0.5, (3 * each, features))).astype(np.float32), which


def images(shape: tuple[int, int, int], count: int = 20) -> Dataset:
    pixels = np.random.default_rng(1).integers(0, 256, (count, *shape), dtype=np.uint8)
    return Dataset.of("noise", pixels, (np.arange(count) % 10).astype(np.int64))


def light() -> Model:
    architecture = ARCHITECTURES["light"]
    return Model(build_network(architecture, seed=0), architecture, ModelMetadata())


def points(model: Model, dataset: Dataset, layer: str, count: int = 1000) -> LayerPoints:
    done, found = run(layer_points(model, dataset, layer, count=count))
    assert done[-1] == min(count, len(dataset))
    return found


@pytest.mark.parametrize("features", [5, 60, 400])
def test_the_plane_is_that_of_the_singular_value_decomposition(features: int) -> None:
    values, _ = clusters(features)
    plane = Plane.fit(values)
    centered = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    _u, lengths, axes = np.linalg.svd(centered, full_matrices=False)
    for row in range(2):
        assert abs(float(plane.axes[row] @ axes[row])) == pytest.approx(1, abs=1e-4)
        assert plane.shares[row] == pytest.approx(lengths[row] ** 2 / np.square(lengths).sum(), rel=1e-3)
        assert plane.axes[row][np.abs(plane.axes[row]).argmax()] > 0
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    np.testing.assert_allclose(plane.place(values).mean(axis=0), 0, atol=1e-4)


def test_an_axis_keeps_its_direction_from_moment_to_moment() -> None:
    values, _ = clusters(60)
    plane = Plane.fit(values)
    turned = Plane(plane.center, -plane.axes, plane.shares)
    later = values + np.random.default_rng(5).normal(0, 0.1, values.shape).astype(np.float32)
    np.testing.assert_allclose(Plane.fit(later, like=plane).place(later), plane.place(values), atol=1)
    np.testing.assert_allclose(Plane.fit(later, like=turned).place(later), turned.place(values), atol=1)


def test_points_without_spread_are_in_the_middle() -> None:
    values = np.ones((5, 7), np.float32)
    plane = Plane.fit(values)
    assert plane.shares == (0.0, 0.0)
    np.testing.assert_array_equal(plane.place(values), 0)
    line = np.outer(np.arange(4), np.ones(6)).astype(np.float32)
    assert Plane.fit(line).shares == pytest.approx((1.0, 0.0), abs=1e-6)
    np.testing.assert_array_equal(Plane.fit(line).axes[1], 0)


@pytest.mark.parametrize("layer", [INPUT, "conv1", "pool2", "fc1"])
def test_points_are_the_outputs_of_the_layer(layer: str) -> None:
    model, dataset = light(), images((1, 28, 28))
    found = points(model, dataset, layer)
    batch = model.metadata.preprocessing.normalize(dataset.images[:])
    output, activations = model.network.forward(batch, capture=True)
    expected = (activations | {INPUT: batch})[layer]
    np.testing.assert_allclose(found.values, expected.reshape(20, -1), atol=1e-5)
    np.testing.assert_allclose(found.logits, output, atol=1e-5)
    assert found.block == 1
    np.testing.assert_allclose(found.point_of(expected[7]), found.values[7], atol=1e-5)
    assert found.nearest(found.values[7], 3)[0] == 7
    assert len(points(model, dataset, layer, count=5).values) == 5


def test_large_maps_are_averaged_over_blocks() -> None:
    spec = {"name": "relu", "type": "ReLU"}, {"name": "flatten", "type": "Flatten"}
    architecture = Architecture("wide", (3, 211, 150), spec)
    model = Model(build_network(architecture, 0), architecture, ModelMetadata())
    dataset = images((3, 211, 150), 4)
    found = points(model, dataset, "relu")
    assert found.block == 2
    maps = np.maximum(model.metadata.preprocessing.normalize(dataset.images[:]), 0)
    shaped = found.values.reshape(4, 3, 106, 75)
    np.testing.assert_allclose(shaped[0, 1, 3, 4], maps[0, 1, 6:8, 8:10].mean(), rtol=1e-5)
    np.testing.assert_allclose(shaped[3, 2, 105, 74], maps[3, 2, 210:, 148:].mean(), rtol=1e-5)


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(ValueError, match=r"no layer 'conv9'; expected one of input, conv1"):
        points(light(), images((1, 28, 28)), "conv9")


def test_without_opentsne_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "is_installed", lambda _name: False)
    with pytest.raises(DigitpadError, match=r"needs the package openTSNE.*digitpad\[embedding\]"):
        next(embedding(clusters(10)[0]))


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 4 points, not 3"):
        next(embedding(clusters(10, 1)[0]))


@pytest.mark.skipif(not extras.is_installed("openTSNE"), reason="openTSNE is not installed")
def test_tsne_keeps_clusters_together() -> None:
    values, which = clusters(70, 30)
    progress, found = run(embedding(values))
    assert progress[0] == EmbeddingProgress(0, 750)
    assert progress[-1] == EmbeddingProgress(750, 750)
    distances = np.square(found.places[:, np.newaxis] - found.places).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (which[distances.argmin(axis=1)] == which).mean() > 0.95
    own = found.places[which == which[5]]
    assert (np.abs(found.place(values[5]) - own.mean(axis=0)) <= np.ptp(own, axis=0)).all()
