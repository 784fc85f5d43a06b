"""The table of how digits are read: what the benchmarks wrote, next to its targets."""

import json
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import learn_my_hand
import number_pictures
import pytest
import reading_table
import recipe_seeds
import speed_table
import writer_folds
from benchmarking import Figure


def test_the_table_has_every_target_and_marks_what_is_missed(tmp_path: Path) -> None:
    figures = [writer_folds.DIGITS_READ.figure(99.5), writer_folds.WORST_CLASS.figure(98.123)]
    report = {"machine": "a machine", "figures": [asdict(figure) for figure in figures]}
    (tmp_path / "writer_folds.json").write_text(json.dumps(report))
    lines = reading_table.table_of(tmp_path).splitlines()
    assert lines[0] == "Taken on: a machine."
    rows = lines[4:]
    assert len(rows) == sum(map(len, reading_table.TARGETS.values()))
    assert "| pen ink of writers left out of the training, read right | >= 99.4 % | 99.50 % |" in rows
    assert "| the same, worst digit | >= 98.5 % | 98.12 % (missed) |" in rows
    assert sum(row.endswith("| - |") for row in rows) == len(rows) - len(figures)


def test_the_document_has_a_place_for_the_table(tmp_path: Path) -> None:
    copy = tmp_path / "models.md"
    copy.write_bytes(reading_table.DOCUMENT.read_bytes())
    speed_table.write_blocks(copy, {"reading": "the table"})
    assert "\nthe table\n" in copy.read_text(encoding="utf-8")


def test_pictures_of_numbers_are_averaged_over_pens_and_scans_are_not() -> None:
    report = {
        "apart, pen 3%": 0.9,
        "apart, pen 6%": 1.0,
        "apart, pen 6%, underlined": 0.5,
        "apart, pen 3%, cropped": 0.7,
        "touching, pen 3%": 0.2,
        "8x8 scan, enlarged 4 times": 0.9,
        "8x8 scan, enlarged 16 times": 0.8,
    }
    found = number_pictures.figures_of({name: {"right": right, "alone": 1.0} for name, right in report.items()})
    assert [figure.value for figure in found] == pytest.approx([95, 20, 70, 50, 80])


def test_a_hand_counts_the_errors_of_all_writers_together() -> None:
    one = learn_my_hand.Outcome("m", "replay", 1, 0, 10, 4, 100, 10, 2, 0.99, 0.9892, 0.98, 0.98, 4.0, 5.0)
    other = learn_my_hand.Outcome("m", "replay", 2, 1, 10, 4, 100, 30, 18, 0.99, 0.99, 0.98, 0.981, 6.0, 7.0)
    found = learn_my_hand.figures_of([one, other])
    assert [figure.value for figure in found] == pytest.approx([50, 0.04, -0.05, 6])
    assert [figure.met for figure in found] == [False, True, True, False]
    assert learn_my_hand.figures_of([]) == []


def test_a_fold_that_was_trained_is_not_repeated_nor_mixed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = SimpleNamespace(metadata=SimpleNamespace(training={"settings": {"fold": 2, "images": 1000}}))
    (tmp_path / "model.safetensors").touch()
    monkeypatch.setattr(writer_folds, "load_model", lambda _path: known)
    link = writer_folds.PrintingLink()
    task = writer_folds.FoldTask(2, tmp_path, 1000)
    assert writer_folds.train_fold(task, link) == tmp_path / "model.safetensors"
    with pytest.raises(ValueError, match="model of another training"):
        writer_folds.train_fold(writer_folds.FoldTask(2, tmp_path, 2000), link)


def test_a_seed_that_was_trained_is_not_repeated_nor_mixed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = SimpleNamespace(metadata=SimpleNamespace(training={"settings": {"seed": 1, "images": 1000}}))
    (tmp_path / "model.safetensors").touch()
    monkeypatch.setattr(writer_folds, "load_model", lambda _path: known)
    assert recipe_seeds.trained_with(1, tmp_path, 1000) == tmp_path / "model.safetensors"
    with pytest.raises(ValueError, match="model of another training"):
        recipe_seeds.trained_with(2, tmp_path, 1000)


def test_a_figure_near_its_target_is_judged_before_it_is_rounded() -> None:
    assert not Figure("digits", 99.399, 99.4, at_least=True, unit="%", digits=1).met
