"""What the Debian package says, held against what the program is."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import debian
import pytest

from digitpad import __version__
from digitpad.commands import parser

ROOT = Path(__file__).parents[2]
LINUX = ROOT / "packaging" / "linux"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian packages are made on Linux")


def test_the_manual_names_every_command() -> None:
    manual = (LINUX / "digitpad.1").read_text(encoding="utf-8")
    told = set(
        re.findall(r"^\.TP\n\.B (\w+)\n", manual.partition(".SH COMMANDS")[2].partition(".SH EXIT")[0], re.MULTILINE)
    )
    assert told == set(parser.command_names())


def test_the_menu_entry_opens_what_the_mime_types_are() -> None:
    entry = ConfigParser(interpolation=None)
    entry.read(LINUX / "digitpad.desktop", encoding="utf-8")
    opened = set(entry["Desktop Entry"]["MimeType"].rstrip(";").split(";"))
    ours = set(re.findall(r'<mime-type type="([^"]+)"', _text("digitpad-mime.xml")))
    provided = set(re.findall(r"<mediatype>([^<]+)</mediatype>", _text("org.digitpad.digitpad.metainfo.xml")))
    assert ours == provided
    assert ours <= opened


def test_the_software_centre_knows_this_version() -> None:
    releases = re.findall(r'<release version="([^"]+)"', _text("org.digitpad.digitpad.metainfo.xml"))
    assert releases[0] == __version__


def test_needs_are_read_off_the_bundle(tmp_path: Path) -> None:
    """A library that asks for another: if that lies beside it nothing is needed, else the package that holds it."""
    inner = _library(tmp_path / "libdigitpadinner.so")
    outer = _library(tmp_path / "libdigitpadouter.so", "-L", str(tmp_path), "-Wl,--no-as-needed", "-ldigitpadinner")
    needs = debian.needs_of(tmp_path)
    assert needs.for_wayland == []
    (libc,) = needs.packages
    assert re.fullmatch(r"libc6 \(>= 2\.\d+\)", libc)
    inner.unlink()
    assert debian.needs_of(outer.parent).packages[1:] == ["libdigitpadinner"]


def _text(name: str) -> str:
    return (LINUX / name).read_text(encoding="utf-8")


def _library(path: Path, *words: str) -> Path:
    source = path.with_suffix(".c")
    source.write_text("int answer(void) { return 42; }\n", encoding="utf-8")
    compiler = shutil.which("gcc")
    if compiler is None or shutil.which("objdump") is None:
        pytest.skip("this machine has no compiler")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(path), str(source), *words], check=True)
    return path


@pytest.mark.parametrize(
    ("library", "package"),
    [("libwayland-nowhere.so.0", "libwayland-nowhere0"), ("libFoo2.so.1", "libfoo2-1"), ("libbar.so.3", "libbar3")],
)
def test_what_is_not_installed_here_is_named_by_debians_rule(library: str, package: str) -> None:
    assert debian.package_of(library) == package
