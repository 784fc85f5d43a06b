"""The table in `docs/speed.md` is what the benchmarks write: every line of every script, missed targets marked."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

import accuracy_runs
import benchmarking
import pytest
import run_all
import speed_table
import time_to_accuracy
import training_window
from benchmarking import Figure, Target

TARGETS = [target for several in speed_table.TARGETS.values() for target in several]


def block(name: str) -> str:
    text = speed_table.DOCUMENT.read_text(encoding="utf-8")
    found = re.search(f"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_document_has_a_line_for_every_figure_and_marks_what_is_missed() -> None:
    rows = [row.strip("| ").split(" | ") for row in block("figures").splitlines() if row.startswith("| ")]
    assert rows[:2] == [["work", "target", "measured"], ["---"] * 3]
    assert [row[:2] for row in rows[2:]] == [[target.work, target.target] for target in TARGETS]
    for target, (_work, _target, measured) in zip(TARGETS, rows[2:], strict=True):
        if measured != "-":
            value, *_ = measured.split()
            assert measured == benchmarking.shown(target.figure(float(value)))


def test_the_lines_are_told_apart() -> None:
    assert len({target.work for target in TARGETS}) == len(TARGETS)


def test_every_script_has_lines_and_every_line_a_script() -> None:
    scripts = [script.name for script in run_all.SCRIPTS]
    assert set(speed_table.TARGETS) == set(scripts) - {"gpu_speed"}, "there is no GPU where the document is written"
    assert [name for name in scripts if name in speed_table.TARGETS] == list(speed_table.TARGETS)


def test_the_window_measures_the_lines_that_are_its_own() -> None:
    gaps = ("longest_gap_ms", "p99_gap_ms", "stroke_p95_ms", "peak_mb", "growth_percent")
    window = dict.fromkeys(gaps, 1.0) | {"watching_epoch_s": 10.0, "drawing_epoch_s": 12.5}
    figures = training_window.figures_of([{"command line": {"epoch_s": 10.0}, "offscreen": window}])
    values = {figure.work: figure.value for figure in figures}
    assert [values[target.work] for target in training_window.TARGETS] == [1.0, 0.8]


def test_random_networks_count_by_their_slowest_and_their_median() -> None:
    networks = {f"random-0-{number}": {"batch": 64, "speed_over_pytorch": 0.7 + number / 10} for number in range(5)}
    figures = speed_table.figures_of({"training_speed": {"networks": networks}})
    assert [(figure.text, figure.target) for figure in figures] == [("0.70", ">= 0.8"), ("0.90", ">= 1")]


RUNS = [
    accuracy_runs.Run(library, seed, [(seconds + seed, share - seed / 1000)], 0.5, limit)
    for library, seconds in (("digitpad", 2.0), ("PyTorch", 5.0))
    for (limit, _, _), share in zip(time_to_accuracy.SPRINTS, (0.985, 0.992), strict=True)
    for seed in range(3)
]


def test_the_sprint_is_told_by_mean_median_and_worst_seed() -> None:
    rows = time_to_accuracy.sprint_rows([*RUNS[::-1]])
    few, whole = "`sprint` with `--limit 35000`", "`sprint` with `--validation 0`"
    assert [(row["library"], row["command"], row["seeds"]) for row in rows] == [
        ("digitpad", few, 3), ("PyTorch", few, 3), ("digitpad", whole, 3), ("PyTorch", whole, 3)
    ]  # fmt: skip
    lines = time_to_accuracy.sprint_table(rows).splitlines()
    assert lines[2] == f"| digitpad | {few} | 3 | 98.40, 98.40, 98.30 | 3.00, 3.00, 4.00 | 2.50, 2.50, 3.50 |"
    ours = [run for run in RUNS if run.library == "digitpad"]
    assert [row["library"] for row in time_to_accuracy.sprint_rows(ours)] == ["digitpad", "digitpad"]
    figures = time_to_accuracy.sprint_figures(rows)
    assert [figure.work for figure in figures] == [target.work for target in time_to_accuracy.TARGETS["sprint"]]
    assert [(figure.text, figure.met) for figure in figures] == [
        ("98.40 %", True), ("3.00", True), ("99.10 %", True), ("3.00", True)
    ]  # fmt: skip


def test_the_fastest_way_of_pytorch_is_found_by_trying(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tried = []

    def measure(_library: str, job: accuracy_runs.Job, _prepared: Path) -> accuracy_runs.Run:
        tried.append((job.threads, job.channels_last))
        return accuracy_runs.Run("PyTorch", 0, [(3.0 if tried[-1] == (2, False) else 4.0, 0.9)], 1.0)

    monkeypatch.setattr(time_to_accuracy, "measure", measure)
    best = time_to_accuracy.fastest_pytorch(accuracy_runs.Job("sprint", 0, threads=2), tmp_path)
    assert sorted(tried) == [(1, False), (1, True), (2, False), (2, True)]
    assert (best.threads, best.channels_last) == (2, False)


def test_pytorch_trains_the_first_of_the_seeds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done: list[tuple[str, int, int | None]] = []

    def measure(library: str, job: accuracy_runs.Job, _prepared: Path) -> accuracy_runs.Run:
        done.append((library, job.seed, job.limit))
        return accuracy_runs.Run(library, job.seed, [(2.0, 0.99)], 0.5, job.limit)

    monkeypatch.setattr(time_to_accuracy, "measure", measure)
    monkeypatch.setattr(time_to_accuracy, "prepare", lambda path, _job: path.touch())
    time_to_accuracy.sprint(accuracy_runs.Job("sprint", 0, threads=1), (3, 1), tmp_path, tmp_path / "s.json", None)
    report = json.loads((tmp_path / "s.json").read_text("utf-8"))
    assert [row["seeds"] for row in report["rows"]] == [3, 1, 3, 1]
    assert {seed for library, seed, _ in done if library == "PyTorch"} == {0}
    assert {(seed, limit) for library, seed, limit in done if library == "digitpad"} == {
        (seed, limit) for seed in range(3) for limit in (35_000, None)
    }
    assert [path.name for path in tmp_path.iterdir()] == ["s.json"]


def test_what_was_not_measured_is_a_dash_and_what_has_no_line_is_left_out() -> None:
    figure = speed_table.TARGETS["memory"][0].figure(301)
    other, gpu = (Figure(name, 1, 2, at_least=True) for name in ("other", "gpu"))
    reports = {
        "memory": {"machine": "A", "figures": [asdict(figure), asdict(other)]},
        "gpu_speed": {"machine": "A", "figures": [asdict(gpu)]},
    }
    lines = speed_table.lines_of(reports)
    assert [line.work for line in lines] == [*(target.work for target in TARGETS), "gpu"]
    assert [line for line in lines if isinstance(line, Figure)] == [figure, gpu]
    text = speed_table.blocks(reports)["figures"]
    assert text.startswith("Taken on: A.\n\n| work |")
    assert f"| {figure.work} | <= 300 MB | 301 MB (missed) |" in text
    assert "| >= 10 | - |" in text


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# A\n\n<!-- b -->\n\nold\n\n<!-- end of b -->\n\n<!-- c -->\n\nc\n\n<!-- end of c -->\n", "utf-8")
    for content in ("new", r"back\slash \1", "several\n\nlines"):
        speed_table.write_blocks(path, {"b": content})
        expected = f"# A\n\n<!-- b -->\n\n{content}\n\n<!-- end of b -->\n\n<!-- c -->\n\nc\n\n<!-- end of c -->\n"
        assert path.read_text("utf-8") == expected
    with pytest.raises(ValueError, match="0 parts between the markers of d"):
        speed_table.write_blocks(path, {"d": ""})
    for name in ("figures", "sprint", "growth"):
        assert block(name)


def test_results_of_an_earlier_run_stay_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "speed.md"
    document.write_text("<!-- figures -->\n\n<!-- end of figures -->\n", "utf-8")
    monkeypatch.setattr(run_all, "DOCUMENT", document)
    monkeypatch.setattr(run_all, "settle_environment", lambda **_pinned: None)
    figure = speed_table.TARGETS["memory"][0].figure(184)
    (tmp_path / "memory.json").write_text(json.dumps({"machine": "A", "figures": [asdict(figure)]}), "utf-8")
    monkeypatch.setattr(sys, "argv", ["run_all.py", "--out", str(tmp_path), "--only", "--write-docs"])
    run_all.main()
    assert f"| {figure.work} | <= 300 MB | 184 MB |" in capsys.readouterr().out
    assert "184 MB |" in document.read_text("utf-8")
    assert list(json.loads((tmp_path / "all.json").read_text("utf-8"))) == ["memory"]


def test_quick_figures_do_not_reach_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["run_all.py", "--out", str(tmp_path), "--quick", "--write-docs"])
    with pytest.raises(SystemExit):
        run_all.main()


def test_a_target_is_its_figure_before_it_is_measured() -> None:
    target = Target("size", 9, at_least=False, unit="MB")
    assert (target.target, benchmarking.shown(target)) == ("<= 9 MB", "-")
    assert target.figure(5) == Figure("size", 5, 9, at_least=False, unit="MB")
