"""What goes into the executable."""

import subprocess
import sys
from pathlib import Path

import bundle
import pytest
import windows_version

from digitpad.serving.site import ASSETS

ROOT = Path(__file__).parents[2]


def _rows(*names: str) -> list[bundle.Entry]:
    return [(name, f"/source/{name}", "BINARY") for name in names]


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6/Qt/lib/libQt6EglFsKmsSupport.so.6",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6\\plugins\\imageformats\\qjpeg.dll",
        "libstdc++.so.6",
        "libX11.so.6",
        "libglib-2.0.so.0",
    ],
)
def test_what_nothing_loads_stays_out(name: str) -> None:
    assert bundle.wanted(_rows(name)) == []


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "libscipy_openblas64_-32a4b2a6.so",
        "pillow.libs/libjpeg-6dc8d115.so.62.4.0",
        "pillow.libs/libfreetype-57f805ba.so.6.20.6",
        "libxcb-cursor.so.0",
        "digitpad/_bundled/resources/styles/digitpad.qss",
    ],
)
def test_what_is_needed_stays_in(name: str) -> None:
    assert bundle.wanted(_rows(name)) == _rows(name)


def test_runtime_hooks_for_worker_processes_stay_out() -> None:
    names = ["quick_start", "pyi_rth_multiprocessing", "pyi_rth_pyside6", "pyi_rth_inspect", "launcher"]
    assert [name for name, _, _ in bundle.wanted_scripts(_rows(*names))] == [
        "quick_start",
        "pyi_rth_pyside6",
        "launcher",
    ]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS allows no such folder in a bundle")
def test_the_modules_of_shiboken_are_compiled(tmp_path: Path) -> None:
    pairs = dict(bundle.shiboken_modules(tmp_path))
    (loader,) = [source for source in pairs if source.endswith("loader.pyc")]
    assert pairs[loader] == str(Path("shiboken6/files.dir/shibokensupport/signature"))
    folder = Path(loader).parents[2]
    # In another process, as this one has imported them from the library.
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import shibokensupport as s; print(s.__file__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(folder / "shibokensupport" / "__init__.pyc")


def test_only_what_somebody_asks_for_stays() -> None:
    rows: list[bundle.Entry] = [
        ("python3.11/lib-dynload/_x.so", "/s/_x.so", "EXTENSION"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/s/libqxcb.so", "BINARY"),
        ("liba.so.1", "/s/liba.so.1", "BINARY"),
        ("libb.so.1", "libb.so.1.2", "SYMLINK"),
        ("libb.so.1.2", "/s/libb.so.1.2", "BINARY"),
        ("libc.so.1", "/s/libc.so.1", "BINARY"),
        ("libnobody.so.1", "/s/libnobody.so.1", "BINARY"),
    ]
    asks = {
        "/s/_x.so": ["liba.so.1"],
        "/s/libqxcb.so": ["libb.so.1"],
        "/s/libb.so.1.2": ["libc.so.1", "libb.so.1"],
        "/s/libnobody.so.1": ["liba.so.1"],
    }
    kept = bundle.asked_for(rows, lambda source: asks.get(source, []))
    assert [name for name, _, _ in kept] == [name for name, _, _ in rows if name != "libnobody.so.1"]


def test_all_data_go_along_where_the_program_looks_for_them() -> None:
    pairs = dict(bundle.data_files(ROOT))
    assert pairs[str(ROOT / "models" / "standard.safetensors")] == str(Path("digitpad/_bundled/models"))
    mnist = [source for source, folder in pairs.items() if folder == str(Path("digitpad/_bundled/resources/mnist"))]
    assert len(mnist) == 5
    page = {Path(source).name for source, folder in pairs.items() if folder == str(Path("digitpad/serving/page"))}
    assert page >= {"index.html", *ASSETS}


def test_windows_version_resource_is_what_python_can_read() -> None:
    resource = windows_version.version_resource("1.20.3")
    assert "filevers=(1, 20, 3, 0)" in resource
    assert 'StringStruct("ProductVersion", "1.20.3")' in resource
    compile(resource, "version.txt", "eval")
