"""Stored settings, and the effect of a damaged file."""

import json
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QByteArray

from digitpad import paths
from digitpad.gui.canvas.drawing import DEFAULT_PEN_WIDTH
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.training.film.limits import MEGABYTE, FilmLimits


def test_what_is_set_is_there_the_next_day(tmp_path: Path) -> None:
    first = Settings(tmp_path / "w.ini")
    model = tmp_path / "m.safetensors"
    model.touch()
    first.colours, first.pen_width, first.folder, first.geometry = "dark", 22, tmp_path, QByteArray(b"place")
    first.remember_model(model, bundled=False)
    del first
    second = Settings(tmp_path / "w.ini")
    assert (second.colours, second.pen_width, second.folder) == ("dark", 22, tmp_path)
    assert second.geometry == QByteArray(b"place")
    assert second.model == model
    assert second.recent_models == [model]


def test_at_first_nothing_is_set(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "w.ini")
    assert settings.colours == "system"
    assert settings.pen_width is None
    assert settings.model is None
    assert settings.recent_models == []
    assert settings.folder == Path.home()


def test_nonsense_counts_as_never_set(tmp_path: Path) -> None:
    file = tmp_path / "w.ini"
    file.write_text("[General]\ncolours=pink\npen_width=wide\nmodel=/nowhere\nfolder=/nowhere\ngeometry=1\n")
    settings = Settings(file)
    assert settings.colours == "system"
    assert settings.pen_width is None
    assert settings.model is None
    assert settings.folder == Path.home()
    assert settings.geometry is None


@pytest.mark.parametrize(
    "lines",
    [
        "pen_width=99999999999999",
        "pen_width=" + "9" * 5000,
        "colours=light, dark",
        "model={long}\nrecent_models={long}\nfolder={long}",
        "pen_width=@Variant(zz)\nrecent_models=@Invalid()\ngeometry=@ByteArray(zz)",
    ],
)
def test_no_line_of_a_broken_file_keeps_the_window_shut(tmp_path: Path, theme: Theme, lines: str) -> None:
    file = tmp_path / "w.ini"
    file.write_text("[General]\n" + lines.format(long="a" * 5000) + "\n")
    window = MainWindow(theme, Settings(file))
    assert window.draw_tab.width_slider.value() == DEFAULT_PEN_WIDTH
    shiboken6.delete(window)


def test_a_model_in_a_folder_that_is_locked_now_counts_as_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "w.ini")
    model = tmp_path / "m.safetensors"
    model.touch()
    settings.remember_model(model, bundled=False)

    def locked(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", locked)
    assert settings.model is None
    assert settings.recent_models == []


def test_a_bundled_model_is_remembered_wherever_digitpad_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "w.ini")
    for copy in ("first", "second"):
        (tmp_path / copy).mkdir()
        (tmp_path / copy / "light.safetensors").touch()
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path / "first")
    settings.remember_model(tmp_path / "first" / "light.safetensors", bundled=True)
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path / "second")
    assert settings.model == tmp_path / "second" / "light.safetensors"


def test_the_folder_is_the_same_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "w.ini")
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path)
    settings.folder = Path("digits")
    monkeypatch.chdir("/")
    assert settings.folder == tmp_path / "digits"


def test_recent_models_are_few_latest_first_and_still_there(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "w.ini")
    files = [tmp_path / f"{number}.safetensors" for number in range(8)]
    for file in files:
        file.touch()
        settings.remember_model(file, bundled=False)
    settings.remember_model(files[5], bundled=False)
    assert settings.recent_models == [files[5], files[7], files[6], files[4], files[3]]
    files[7].unlink()
    assert files[7] not in settings.recent_models
    settings.remember_model(files[0], bundled=True)
    assert files[0] not in settings.recent_models


def test_the_file_lies_in_the_users_configuration_folder() -> None:
    Settings().pen_width = 9
    assert Settings().pen_width == 9
    assert (paths.user_config_dir() / "window.json").is_file()


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"[" * 1_000_000,
        b"\xff\xfe\0",
        b"[General]\nrecent_models=@Variant(\\0\\0\\0\\t\\xff\\xff\\xff\\xff)\n",
        b'{"colours": NaN}',
        b'{"pen_width": ' + b"9" * 5000 + b"}",
        b" " * (2 << 20),
    ],
)
def test_a_damaged_file_is_set_aside_and_the_window_opens(tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(contents)
    settings = Settings(file)
    assert (settings.colours, settings.pen_width, settings.recent_models) == ("system", None, [])
    assert (tmp_path / "window.json.damaged").read_bytes() == contents
    settings.pen_width = 9
    assert Settings(file).pen_width == 9


def test_values_of_another_kind_count_as_never_set(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    values = {"colours": [1], "pen_width": True, "model": {"a": 1}, "recent_models": [1], "geometry": "%%", "folder": 3}
    file.write_text(json.dumps(values | {"recent_datasets": ["a\0b"], "welcomed": "no"}))
    settings = Settings(file)
    assert (settings.colours, settings.pen_width, settings.model, settings.geometry) == ("system", None, None, None)
    assert (settings.recent_models, settings.recent_datasets, settings.welcomed) == ([], [], False)


def test_plain_texts_of_an_earlier_versions_file_are_taken_over(tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    model.touch()
    lines = f"[General]\ncolours=dark\npen_width=22\nmodel={model}\nrecent_models={model}\nwelcomed=true\n"
    (tmp_path / "window.ini").write_text(lines + "geometry=@ByteArray(\\x1\\xd9)\n")
    settings = Settings(tmp_path / "window.json")
    assert (settings.colours, settings.pen_width, settings.model) == ("dark", 22, model)
    assert (settings.recent_models, settings.welcomed, settings.geometry) == ([model], True, None)
    settings.colours = "light"
    again = Settings(tmp_path / "window.json")
    assert (again.colours, again.pen_width) == ("light", 22)


def test_a_folder_that_cannot_be_written_to_keeps_the_window_open(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(tmp_path / "file" / "window.json")
    settings.pen_width = 9
    assert settings.pen_width == 9


def test_the_limits_of_films_are_remembered(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    assert settings.film == FilmLimits()
    limits = FilmLimits(most_bytes=50 * MEGABYTE, total_bytes=0)
    settings.film = limits
    assert Settings(tmp_path / "window.json").film == limits
    assert not settings.film.is_on


@pytest.mark.parametrize("value", ["many", -1, 1.5, True, None, 1 << 40])
def test_an_unusable_limit_of_films_counts_as_not_set(tmp_path: Path, value: object) -> None:
    path = tmp_path / "window.json"
    path.write_text(json.dumps({"film_size": value, "films_size": 7}))
    assert Settings(path).film == FilmLimits(total_bytes=7 * MEGABYTE)
