"""Data are opened again only if their files, or what they are prepared for, have changed."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.data.ink import write_ink
from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES
from digitpad.training import opened
from digitpad.training.opened import open_data, samples_of
from digitpad.training.plan import RunPlan
from tests.drawn_shapes import drawn_shapes


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    rng = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(3):
            levels = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
            PIL.Image.fromarray(levels).save(tmp_path / "pets" / name / f"{number}.png")
    return RunPlan(ARCHITECTURES["standard"], str(tmp_path / "pets"))


def test_data_are_opened_once(plan: RunPlan) -> None:
    first = open_data(plan)
    assert open_data(plan, first) is first
    assert samples_of(plan, first) is first.samples
    assert first.facts.classes == ("cats", "dogs")
    assert first.facts.count == 6


def test_a_file_more_or_a_change_is_noticed(plan: RunPlan, tmp_path: Path) -> None:
    first = open_data(plan)
    picture = tmp_path / "pets" / "cats" / "0.png"
    (tmp_path / "pets" / "cats" / "9.png").write_bytes(picture.read_bytes())
    second = open_data(plan, first)
    assert second.facts.count == 7
    status = picture.stat()
    os.utime(picture, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    assert open_data(plan, second) is not second
    assert samples_of(plan, second) is not second.samples


def test_another_input_or_limit_opens_the_data_again(plan: RunPlan) -> None:
    first = open_data(plan)
    photographs = open_data(replace(plan, architecture=ARCHITECTURES["catdog"]), first)
    assert photographs.facts.shape == (3, 224, 224)
    assert open_data(replace(plan, limit_per_class=2), first).facts.count == 4
    # A network for digits takes the input of the images, so all of these have the same data.
    assert open_data(replace(plan, architecture=ARCHITECTURES["light"]), first) is first


def test_large_data_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ink(tmp_path / "ink.jsonl", drawn_shapes(2, 1))
    monkeypatch.setattr(opened, "_MOST_BYTES", 1000)
    plan = RunPlan(ARCHITECTURES["light"], str(tmp_path / "ink.jsonl"))
    data = open_data(plan)
    assert data.samples is None
    assert data.facts.count == len(samples_of(plan, data)) == 8


def test_built_in_data_and_missing_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fewer(_split: str) -> Pages:
        return Pages.of("paper", np.zeros((40, 1, 64, 64), np.uint8), np.zeros((40, 1, 64, 64), np.bool_))

    monkeypatch.setattr("digitpad.data.sources.load_paper", fewer)
    pages = open_data(RunPlan(ARCHITECTURES["unet-narrow"], "paper"))
    assert not pages.facts.has_classes
    assert pages.samples is None
    with pytest.raises(DigitpadError, match="gone"):
        open_data(RunPlan(ARCHITECTURES["light"], str(tmp_path / "gone")))


def test_the_sample_does_not_keep_all_pictures_in_memory(plan: RunPlan) -> None:
    data = open_data(plan)
    assert data.samples is not None
    assert data.facts.sample is not None
    assert data.facts.sample.base is None or data.facts.sample.base.nbytes == data.facts.sample.nbytes
    assert np.array_equal(data.facts.sample, data.samples.images[0])
