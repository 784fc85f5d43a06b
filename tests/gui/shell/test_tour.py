"""The tour's picture."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.cli import main
from digitpad.errors import DigitpadError
from digitpad.gui.shell.tour import run_tour
from digitpad.models.model_file import bundled_models

pytestmark = pytest.mark.skipif(not bundled_models(), reason="no bundled model to read the tour's digit with")


# The smoke test of the frozen program takes the tour, too.
@pytest.mark.slow
def test_without_a_screen_it_draws_a_digit_that_is_read(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"XDG_DATA_HOME": str(home)}
    # A shorter training than the command's: the curves are what is tested, not how high they get.
    code = "import sys; from pathlib import Path; from digitpad.gui.shell.tour import run_tour; "
    code += "print(*run_tour(Path(sys.argv[1]), trained=40), sep='\\n')"
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "pictures")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "pictures"
    names = ("draw", "data", "train", "features", "evaluate", "replay")
    assert result.stdout.split() == [str(folder / f"{name}.png") for name in names]
    # The user's collections are neither shown nor changed.
    assert not list(home.rglob("collections"))
    with PIL.Image.open(folder / "data.png") as image:
        assert image.size == (2560, 1600)
        # Thirty-six drawings on light tiles, and one on the pad.
        dark = np.asarray(image.convert("L")) < 60
    assert dark.sum() > 20_000
    with PIL.Image.open(folder / "features.png") as image:
        assert image.size == (2560, 1600)
        # The maps stand right of the side column: blue below zero, orange above.
        maps = np.asarray(image.convert("RGB").crop((600, 260, 2520, 760))).reshape(-1, 3).astype(int)
    assert (maps[:, 2] > maps[:, 0] + 40).sum() > 10_000
    assert (maps[:, 0] > maps[:, 2] + 40).sum() > 1_000
    with PIL.Image.open(folder / "evaluate.png") as image:
        assert image.size == (2560, 1600)
        # The confusion matrix has a diagonal in accent's tint and cells in warm's.
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3).astype(int)
    assert (pixels[:, 0] > pixels[:, 2] + 40).sum() > 10_000
    assert (pixels[:, 1] > pixels[:, 0] + 40).sum() > 10_000
    with PIL.Image.open(folder / "replay.png") as image:
        assert image.size == (2560, 1600)
        # The strip is at the foot: the areas of the answer's life, and the loss up to the handle, in accent.
        strip = np.asarray(image.convert("RGB").crop((680, 1200, 1860, 1600))).astype(int)
    assert (abs(strip - [11, 127, 104]).sum(axis=2) < 30).sum() > 4000
    with PIL.Image.open(folder / "train.png") as image:
        assert image.size == (2560, 1600)
        # The curves are lines of accent in the middle; under the loss stands the accuracy.
        middle = np.asarray(image.convert("RGB").crop((640, 380, 1960, 1120))).astype(int)
    assert (abs(middle - [11, 127, 104]).sum(axis=2) < 30).sum() > 2000
    with PIL.Image.open(tmp_path / "pictures" / "draw.png") as image:
        assert image.size == (2560, 1600)
        # The winning bar is the largest patch of accent in the right column.
        colours = image.convert("RGB").crop((1560, 560, 2540, 1120)).getcolors(maxcolors=1 << 20)
    assert colours is not None
    assert {colour: count for count, colour in colours}[11, 127, 104] > 5000


def test_the_command_names_the_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("digitpad.gui.shell.tour.run_tour", lambda out: [out / "draw.png", out / "train.png"])
    assert main(["tour", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "draw.png"), str(tmp_path / "train.png")]


def test_a_full_disk_leaves_no_half_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    with pytest.raises(DigitpadError, match=r"draw\.png could not be written \(No space left"):
        run_tour(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DigitpadError, match="file"):
        run_tour(tmp_path / "file")
