"""What the benchmarks compute from what they measure, and that what they compare does the same work."""

import importlib.util
import json
import math
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from xml.parsers import expat

import accuracy_plot
import accuracy_runs
import benchmarking
import compare_checkouts
import gpu_speed
import numpy as np
import process_memory
import pytest
import random_networks
import run_all
import scaling
import speed_table
import textbook
import time_to_accuracy
import training_speed
from benchmarking import Figure

from digitpad import nn
from digitpad.training.layer_kinds import KINDS
from tests.nn.fake_gpu import FakeCupy, gpu

__all__ = ["gpu"]


def test_a_figure_knows_whether_it_is_where_it_should_be() -> None:
    speed = Figure("speed", 1.234, 1.1, at_least=True)
    assert (speed.met, speed.target, speed.text) == (True, ">= 1.1", "1.23")
    size = Figure("size", 312.4, 300, at_least=False, unit="MB")
    assert (size.met, size.target, size.text) == (False, "<= 300 MB", "312 MB")
    assert Figure("edge", 2, 2, at_least=False).met
    assert Figure("edge", 2, 2, at_least=True).met


def test_the_table_names_what_is_missed_and_what_is_pinned() -> None:
    figures = [Figure("speed", 1, 2, at_least=True), Figure("size", 5, 9, at_least=False, unit="MB")]
    assert benchmarking.markdown(figures).splitlines() == [
        "| work | target | measured |",
        "| --- | --- | --- |",
        "| speed | >= 2 | 1.00 (missed) |",
        "| size | <= 9 MB | 5 MB |",
    ]
    beside = benchmarking.markdown(figures, [Figure("speed", 3, 2, at_least=True)]).splitlines()
    assert beside[0].endswith("| OpenBLAS pinned |")
    assert beside[2] == "| speed | >= 2 | 1.00 (missed) | 3.00 |"


def test_ratios_are_taken_within_a_round_best_against_best() -> None:
    turns = [{"a": 2.0, "b": 3.0, "c": 8.0}, {"a": 10.0, "b": 1.0, "c": 5.0}, {"a": 4.0, "b": 4.0, "c": 4.0}]
    assert benchmarking.ratio(turns, ["c"], ["a", "b"]) == 4.0
    assert benchmarking.medians(turns) == {"a": 4.0, "b": 3.0, "c": 5.0}


def test_checkouts_are_compared_by_medians_and_minima() -> None:
    turns = {
        "old": [{"a, ms": 2.0, "zero": 0.0}, {"a, ms": 4.0, "zero": 0.0}, {"a, ms": 9.0, "zero": 0.0}],
        "new": [{"a, ms": 3.0, "zero": 1.0}, {"a, ms": 1.0, "zero": 1.0}, {"a, ms": 8.0, "zero": 1.0}],
    }
    rows = compare_checkouts.compare(turns, ["a, ms", "zero", "unknown"])
    assert list(rows) == ["a, ms"]
    assert rows["a, ms"] == {
        "old": 4.0, "new": 3.0, "old min": 2.0, "new min": 1.0, "median ratio": 0.75, "min ratio": 0.5,
    }  # fmt: skip
    assert compare_checkouts.table(rows).splitlines()[1].split() == [
        "a,", "ms", "4.000", "3.000", "0.750", "2.000", "1.000", "0.500",
    ]  # fmt: skip


def test_each_checkout_runs_its_own_script(tmp_path: Path) -> None:
    scripts = tmp_path / "tests" / "benchmarks"
    scripts.mkdir(parents=True)
    program = "import sys, json; json.dump({'at': [{'ms': 2.5}], 'ok': True}, open(sys.argv[-1], 'w'))"
    (scripts / "one.py").write_text(program, encoding="utf-8")
    numbers = compare_checkouts.run(tmp_path, "one.py", [], reads_json=True)
    assert list(numbers) == ["at, 1, ms", "process, wall s", "process, processor s"]
    assert numbers["at, 1, ms"] == 2.5
    assert numbers["process, wall s"] > 0


@pytest.mark.parametrize("pinned", [True, False])
def test_pins_are_taken_away_unless_they_are_wanted(monkeypatch: pytest.MonkeyPatch, pinned: bool) -> None:
    monkeypatch.setattr(os, "environ", {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "4", "HOME": "/"})
    benchmarking.settle_environment(pinned=pinned)
    assert ("OPENBLAS_CORETYPE" in os.environ) == pinned
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert os.environ["HOME"] == "/"


def test_figures_are_written_as_they_are_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = Figure("speed", 1.5, 2, at_least=True)
    benchmarking.finish([figure], {"milliseconds": {"a": 1}}, tmp_path / "f.json")
    assert "MISSED" in capsys.readouterr().out
    report = json.loads((tmp_path / "f.json").read_text())
    assert report["milliseconds"] == {"a": 1}
    assert speed_table.figures_of({"textbook": report}) == [figure]


def test_the_speed_of_training_is_held_against_its_targets() -> None:
    networks = {
        name: {"batch": 64, "speed_over_pytorch": 0.9, "all_threads_over_one": 1.8} for name in ("standard", "resnet")
    }
    figures = speed_table.figures_of({"training_speed": {"networks": networks}})
    assert [(figure.bound, figure.met) for figure in figures] == [(1.5, False), (1.0, False), (1.7, True)]


def test_every_script_that_is_run_exists() -> None:
    for script in run_all.SCRIPTS:
        assert script.path.exists()


def test_random_networks_are_repeatable_and_have_every_layer_of_the_editor() -> None:
    plans = [random_networks.plan_of(name) for name in random_networks.names(60, seed=3)]
    assert plans[5] == random_networks.plan_of("random-3-5")
    assert plans[5] != random_networks.plan_of("random-4-5")
    assert {str(spec["type"]) for plan in plans for spec in plan.layers} == set(KINDS)
    for plan in plans:
        assert nn.build(plan).output_shape(plan.input_shape) == (10,)
    assert random_networks.plan_of("light") is nn.ARCHITECTURES["light"]


@pytest.mark.parametrize("name", ["unet-narrow", "exam", "random-0-12"])
def test_the_task_of_a_network_can_be_trained(name: str) -> None:
    step = training_speed.digitpad_steps(name, 2)({"threads": 1})
    step()
    step()


def test_the_textbook_trains_our_network() -> None:
    plan = nn.ARCHITECTURES["light"]
    rng = np.random.default_rng(0)
    ours = nn.build(plan, rng=rng, dtype=np.float64)
    weights = {name: value.copy() for name, value in ours.state_dict().items()}
    network = textbook.textbook_network(plan.layers, weights, dropout=False)
    x, targets = rng.standard_normal((3, 1, 28, 28)), np.arange(3)
    textbook.check(ours, network, x, targets)

    plain = nn.Sequential((name, layer) for name, layer in ours.layers.items() if name != "dropout")
    optimizer, theirs = nn.Adam(plain.parameters(), learning_rate=1e-3), textbook.Adam(1e-3)
    # The gradients of the check are still there.
    for _ in range(2):
        theirs.update(network)
        optimizer.step()
        _, grad = nn.CrossEntropyLoss()(plain.forward(x, training=True), targets)
        plain.parameter_gradients(grad)
        textbook.gradients(network, x, targets)
    learned = [value for layer in network for value in layer.parameters.values()]
    for parameter, value in zip(plain.parameters(), learned, strict=True):
        np.testing.assert_allclose(value, parameter.value, atol=1e-7)


def test_a_textbook_with_other_weights_is_refused() -> None:
    plan = nn.ARCHITECTURES["light"]
    ours = nn.build(plan, rng=np.random.default_rng(0), dtype=np.float64)
    others = nn.build(plan, rng=np.random.default_rng(1), dtype=np.float64).state_dict()
    network = textbook.textbook_network(plan.layers, others, dropout=False)
    with pytest.raises(SystemExit, match="not the same network"):
        textbook.check(ours, network, np.ones((2, 1, 28, 28)), np.array([0, 1]))


SQUARES = scaling.Series("side", "pixels", (1, 2, 3, 4, 5), (0, 2))


def test_what_follows_the_trend_is_on_it() -> None:
    times = [7 + 3 * value**2 for value in SQUARES.values]
    np.testing.assert_allclose(scaling.over_trend(SQUARES, times), 1)


@pytest.mark.parametrize("place", range(5))
def test_a_cliff_shows_wherever_it_is(place: int) -> None:
    times = [7.0 + 3 * value**2 for value in SQUARES.values]
    times[place] *= 2.5
    ratios = scaling.over_trend(SQUARES, times)
    assert ratios[place] == pytest.approx(2.5)
    assert max(ratios) == ratios[place]


def test_no_coefficient_of_a_trend_is_negative() -> None:
    terms = np.array([[1.0, 1], [1, 2], [1, 3]])
    np.testing.assert_allclose(scaling.fit(terms, np.array([2.0, 5, 8])), [0, 1.275 / 0.550625])
    np.testing.assert_allclose(scaling.fit(terms, np.array([4.0, 4, 4])), [4, 0], atol=1e-12)


@pytest.mark.parametrize("series", scaling.SERIES)
def test_every_size_of_a_series_can_be_trained(series: scaling.Series) -> None:
    for value in series.values:
        settings = series.settings(value)
        assert settings[series.name] == value
        layers = tuple(scaling.plan(settings["channels"]))
        network = nn.build(nn.Architecture("growing", (1, settings["side"], settings["side"]), layers))
        assert network.output_shape((1, settings["side"], settings["side"])) == (10,)
    rows = scaling.table(series, [float(value) for value in series.values], [2.0 * value for value in series.values])
    assert all(row["speed_over_pytorch"] == 2 for row in rows)
    assert speed_table.growth({series.name: rows}).count("\n") == len(rows) + 1


def test_the_test_digits_are_read_twenty_times_the_last_at_the_end() -> None:
    assert accuracy_runs.looks(40, time_to_accuracy.LOOKS) == set(range(2, 41, 2))
    assert max(accuracy_runs.looks(1719, time_to_accuracy.LOOKS)) == 1719
    assert len(accuracy_runs.looks(1719, time_to_accuracy.LOOKS)) == time_to_accuracy.LOOKS
    assert accuracy_runs.looks(1719, 1) == {1719}


def test_the_watch_leaves_out_what_it_stood_still_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    watch = accuracy_runs.Stopwatch(90.0)

    def work() -> float:
        now[0] += 5
        return 0.5

    assert watch.seconds == 10
    assert watch.stopped(work) == 0.5
    assert watch.seconds == 10
    now[0] += 1
    assert watch.seconds == 11


def test_a_level_is_reached_when_first_seen_and_the_median_counts_those_that_never_do() -> None:
    runs = [
        accuracy_runs.Run("digitpad", 0, [(1, 0.5), (2, 0.985), (3, 0.991), (4, 0.989)]),
        accuracy_runs.Run("digitpad", 1, [(1, 0.5), (3, 0.981), (5, 0.992), (6, 0.993)]),
        accuracy_runs.Run("PyTorch", 0, [(1, 0.5), (2, 0.98), (3, 0.985), (9, 0.988)]),
    ]
    summary = time_to_accuracy.summarize(runs)
    assert summary["digitpad"] == {"98%": 2.5, "99%": 4.0, "end": 5.0, "accuracy at the end": 0.991}
    assert summary["PyTorch"]["99%"] is None
    assert time_to_accuracy.seconds_to(runs[2].points, 0.99) == math.inf
    assert time_to_accuracy.over(4.0, 8.0) == 0.5
    assert time_to_accuracy.over(4.0, None) == 0
    assert not Figure("", time_to_accuracy.over(None, 1.0), 1, at_least=False).met
    assert "99% after inf s" in time_to_accuracy.describe(runs[2])


@pytest.mark.parametrize(("recipe", "limit"), [("quick", None), ("sprint", None), ("sprint", 360)])
def test_pytorch_is_given_what_digitpad_works_out_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str, limit: int | None
) -> None:
    from digitpad.data.dataset import Dataset
    from digitpad.models.architecture_file import build_network
    from digitpad.training.events import StepCompleted
    from digitpad.training.preparation import choose_images
    from digitpad.training.recipes import find_recipe
    from digitpad.training.trainer import Trainer

    rng = np.random.default_rng(0)
    digits = Dataset.of("few", rng.integers(0, 256, (600, 1, 28, 28), dtype=np.uint8), np.arange(600) % 10)
    monkeypatch.setattr("digitpad.data.mnist.load_mnist", lambda _split="train": digits)
    job = accuracy_runs.Job(recipe, seed=3, threads=1, limit=limit)
    accuracy_runs.prepare(tmp_path / "p.npz", job)
    with np.load(tmp_path / "p.npz") as data:
        training, _ = choose_images(digits, limit=limit, validation=None, seed=3)
        network = build_network(nn.ARCHITECTURES[find_recipe(recipe).architecture], 3)
        np.testing.assert_array_equal(data["images"], training.images)
        np.testing.assert_array_equal(data["weights.conv1.weight"], network.state_dict()["conv1.weight"])
        settings = accuracy_runs.settings_of(job)
        events = Trainer(network, training, None, settings).run()
        rates = [event.learning_rate for event in events if isinstance(event, StepCompleted)]
        np.testing.assert_allclose(data["rates"], rates)
        assert sorted(data["orders"][0]) == list(range(len(training)))
        assert float(data["label_smoothing"]) == settings.label_smoothing


def test_the_plot_is_sound_and_shows_every_run_and_each_median() -> None:
    curves = [
        accuracy_plot.Curve(library, [(1.0, 90.0), (2.0 + late, 97.0), (3.0 + late, 98.5)])
        for library in ("digitpad", "PyTorch")
        for late in (0, 2)
    ]
    text = accuracy_plot.draw(curves)
    expat.ParserCreate().Parse(text, True)
    assert text.count('stroke-opacity="0.3"') == 4
    assert text.count('stroke-linejoin="round" stroke-width="2.5"') == 2
    assert "PyTorch</text>" in text
    assert accuracy_plot.median_points([curve.points for curve in curves[:2]]) == [(1, 90), (3, 97), (4, 98.5)]


@pytest.mark.parametrize(("length", "step"), [(4, 1), (9.9, 2), (10, 2), (23, 5), (50, 10), (0.5, 0.1)])
def test_marks_are_at_round_numbers(length: float, step: float) -> None:
    assert accuracy_plot.nice_step(length) == pytest.approx(step)


def test_memory_is_that_of_the_program_and_the_processes_it_starts() -> None:
    block = "block = bytearray(80_000_000)\nfor i in range(0, len(block), 1000): block[i] = 1\n"
    # Both exist at the same time.
    program = f"import subprocess, sys\n{block}subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)\n"
    run = process_memory.watched([sys.executable, "-c", program, f"{block}print('done', end='')"])
    assert run.output == "done"
    assert run.seconds > 0
    assert run.processor_seconds > 0
    assert 160 < run.megabytes < 300
    with pytest.raises(SystemExit, match="failed"):
        process_memory.watched([sys.executable, "-c", "raise SystemExit(3)"])


def test_where_there_is_no_gpu_its_benchmark_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    path = tmp_path / "gpu.json"
    monkeypatch.setattr(sys, "argv", ["gpu_speed.py", "--json", str(path)])
    gpu_speed.main()
    assert "Nothing was measured: there is no GPU" in capsys.readouterr().out
    assert json.loads(path.read_text(encoding="utf-8"))["figures"] == []


def test_the_gpus_run_of_steps_trains_there_and_fetches_nothing(gpu: FakeCupy, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []
    stream = SimpleNamespace(synchronize=lambda: waited.append(len(gpu.launched)))
    monkeypatch.setattr(gpu, "cuda", SimpleNamespace(get_current_stream=lambda: stream), raising=False)
    run = gpu_speed.digitpad_steps("light", 2)({})
    gpu.to_device.clear()
    gpu.to_host.clear()
    run()
    assert (gpu.to_device, gpu.to_host) == ([], [])
    assert waited == [len(gpu.launched)], "the last step is waited for, and none before"
