"""The likelihood of texts equals the sum over all paths, and its gradient is right."""

import itertools
import math

import numpy as np
import pytest
from hidden_segmentations import Sample, Samples

from digitpad.reading.lattice import PAIR_FEATURES, SEGMENT_FEATURES, Lattice, possible_runs, segment_features
from digitpad.reading.pieces import Layout, Run, distances_between, line_height

BOXES = [(0, 0, 40, 100), (30, 10, 70, 95), (75, 0, 90, 100), (92, 5, 140, 98), (130, 40, 170, 60)]
WEIGHTS = np.random.default_rng(3).normal(0, 0.5, len(SEGMENT_FEATURES) + len(PAIR_FEATURES))


def sample_of(count: int, text: str, seed: int) -> Sample:
    """Return a lattice of some boxes, whose segments are read as 1 or 2."""
    array = np.array(BOXES[:count], np.float64)
    outlines = [np.array([box[:2], box[2:]]) for box in array]
    cuts = np.full(count - 1, math.nan)
    layout = Layout(array, distances_between(outlines.__getitem__, array, 30.0), cuts, line_height(array))
    rng = np.random.default_rng(seed)
    labels = {run: str(rng.integers(1, 3)) for run in possible_runs(layout)}
    features = {run: segment_features(layout, run, label, float(rng.random())) for run, label in labels.items()}
    lattice = Lattice(layout, features)
    return Sample(lattice, tuple(labels[run] for run in lattice.runs), text)


def paths(runs: list[Run], start: int, end: int) -> list[list[Run]]:
    if start == end:
        return [[]]
    return [[run, *rest] for run in runs if run[0] == start for rest in paths(runs, run[1], end)]


def by_enumeration(sample: Sample) -> float:
    """Return the log-probability of the text; -inf if no path spells it."""
    runs = sample.lattice.runs
    labels = dict(zip(runs, sample.labels, strict=True))
    every = paths(runs, 0, runs[-1][1])
    scores = np.array([sample.lattice.score(path, WEIGHTS) for path in every])
    spells = np.array(["".join(labels[run] for run in path) == sample.text for path in every])
    if not spells.any():
        return -math.inf
    return float(np.logaddexp.reduce(scores[spells]) - np.logaddexp.reduce(scores))


def spelled_samples() -> list[Sample]:
    texts = ["".join(text) for length in (2, 3, 4) for text in itertools.product("12", repeat=length)]
    every = [sample_of(count, text, seed) for seed, (count, text) in enumerate(itertools.product((4, 5), texts))]
    return [sample for sample in every if sample.is_spelled]


def test_a_text_is_spelled_if_any_path_spells_it() -> None:
    for seed, text in enumerate(("1", "12", "212", "1212", "12121")):
        sample = sample_of(5, text, seed)
        assert sample.is_spelled == (by_enumeration(sample) > -math.inf)


def test_the_likelihood_is_the_mean_over_the_samples_of_the_sum_over_paths() -> None:
    samples = spelled_samples()
    assert len(samples) > 5
    likelihood, _ = Samples(samples).log_likelihood(WEIGHTS)
    assert likelihood == pytest.approx(np.mean([by_enumeration(sample) for sample in samples]))


def test_the_gradient_equals_finite_differences() -> None:
    samples = Samples(spelled_samples())
    _, gradient = samples.log_likelihood(WEIGHTS)
    step = 1e-5
    for place in range(len(WEIGHTS)):
        change = np.zeros_like(WEIGHTS)
        change[place] = step
        difference = samples.log_likelihood(WEIGHTS + change)[0] - samples.log_likelihood(WEIGHTS - change)[0]
        assert gradient[place] == pytest.approx(difference / (2 * step), abs=1e-6)
