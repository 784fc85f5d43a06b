"""Collects the licences of the third-party components in the bundle, with an overview.

Python packages state their licence in their metadata. The system libraries that PyInstaller includes belong to Debian
packages, which have it in `/usr/share/doc`.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

#: Python packages that the bundle contains in whole or in part, except digitpad.
_PACKAGES = (
    "msgspec",
    "numpy",
    "pillow",
    "platformdirs",
    "PySide6_Essentials",
    "pyqtgraph",
    "rich",
    "safetensors",
    "shiboken6",
    *(("colorama",) if sys.platform == "win32" else ()),
)

#: Labels of the home page in package metadata, in order of preference.
_HOMES = ("homepage", "source", "source code", "repository", "documentation")

_QT = """
## Qt

Qt and PySide6 come under the GNU Lesser General Public License, version 3 (`licences/LGPL-3.0.txt`; it adds to
`licences/GPL-3.0.txt`). They are unchanged, linked at run time, and may be replaced: Qt's libraries lie in
`{folder}`, those of PySide6 one level above. Put libraries of your own, built from the same or a compatible
version, in their place, and digitpad runs with them; from the single file, unpack the folder version instead.
The source code: Qt {qt} from https://download.qt.io/official_releases/qt/ and PySide6 {pyside} from
https://download.qt.io/official_releases/QtForPython/pyside6/ (each in a folder of its version). The parts that Qt
itself took from others are named in its documentation, "Licenses Used in Qt".
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A third-party component of the bundle.

    Attributes
    ----------
    name, version, licence, home
        As its authors state them; `licence` is an SPDX expression or free text.
    """

    name: str
    version: str
    licence: str
    home: str


def gather(bundle: Path, texts: Path) -> str:
    """Copy the licence texts of everything in a bundle into a folder, and return an overview as Markdown.

    Parameters
    ----------
    bundle
        The folder of the frozen program.
    texts
        Folder for the texts; created if it does not exist.
    """
    texts.mkdir(parents=True, exist_ok=True)
    parts = [_python(texts), *(part for name in _PACKAGES if (part := _package(name, texts)) is not None)]
    parts += _system_parts(bundle, texts)
    for name in ("LGPL-3.0.txt", "GPL-3.0.txt"):
        shutil.copy(Path(__file__).with_name("texts") / name, texts / name)
    lines = ["# What others wrote in digitpad", "", "| part | version | licence | home |", "|---|---|---|---|"]
    lines += [f"| {part.name} | {part.version} | {part.licence} | {part.home} |" for part in parts]
    lines += ["", "Their licences stand in the folder `licences` beside this file. MNIST, in the bundle's"]
    lines += ["`resources/mnist`, is by Yann LeCun, Corinna Cortes and Christopher J.C. Burges, under CC BY-SA 3.0."]
    lines += ["The pen ink, in `resources/pendigits`, is by Ethem Alpaydin and Fevzi Alimoglu (UCI Machine Learning"]
    lines += ["Repository, https://doi.org/10.24432/C5MG6K), under CC BY 4.0, whose text is beside it; the points were"]
    lines += ["moved and scaled."]
    version = metadata.version("PySide6_Essentials")
    return "\n".join(lines) + "\n" + _QT.format(folder="_internal/PySide6/Qt/lib", qt=version, pyside=version)


def _python(texts: Path) -> Part:
    version = ".".join(map(str, sys.version_info[:3]))
    candidates = [
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(sys.base_prefix) / f"lib/python{version.rpartition('.')[0]}/LICENSE.txt",
        Path("/usr/share/doc") / f"python{version.rpartition('.')[0]}" / "copyright",
    ]
    for path in candidates:
        if path.is_file():
            shutil.copy(path, texts / "Python.txt")
            return Part("Python", version, "PSF-2.0", "https://www.python.org")
    raise SystemExit(f"Python's licence was not found (looked for {', '.join(map(str, candidates))}).")


def _package(name: str, texts: Path) -> Part | None:
    """Copy the licences of a package and return its metadata; None if it is not installed."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    for file in found.files or []:
        if re.search(r"(LICEN[CS]E|COPYING|NOTICE)[^/]*$", str(file), re.IGNORECASE) and ".dist-info" in str(file):
            target = texts / f"{found.name}-{file.name}"
            shutil.copy(Path(str(found.locate_file(file))), target.with_suffix(target.suffix or ".txt"))
    said = found.metadata.json
    classified = [entry.rpartition(" :: ")[2] for entry in said.get("classifier", []) if "License ::" in entry]
    licence = str(said.get("license_expression") or ", ".join(classified) or said.get("license") or "see its text")
    links = dict(entry.lower().split(", ", 1) for entry in said.get("project_url", []))
    home = said.get("home_page") or next((links[word] for word in _HOMES if word in links), "")
    return Part(found.name, found.version, licence.splitlines()[0], str(home))


def _system_parts(bundle: Path, texts: Path) -> list[Part]:
    """Copy the licences of the Debian packages whose libraries are in the bundle, and return the packages."""
    if shutil.which("dpkg-query") is None:
        return []
    names = {path.name for path in (bundle / "_internal").glob("lib*.so*") if not path.is_symlink()}
    # Python's own library belongs to the interpreter of this build, and is listed with it.
    names = {name for name in names if not name.startswith("libpython")}
    parts = {}
    for name in sorted(names):
        asked = subprocess.run(
            ["dpkg-query", "--search", f"*/{name}"], capture_output=True, text=True, check=False
        ).stdout.splitlines()
        owners = [line.partition(":")[0] for line in asked if "/usr/lib/" in line or " /lib/" in line]
        if not owners:
            continue
        package = owners[0]
        shown = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${Version}\t${Homepage}", package],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        version, _, home = shown.partition("\t")
        text = Path("/usr/share/doc") / package / "copyright"
        if text.is_file():
            shutil.copy(text, texts / f"{package}.txt")
        parts[package] = Part(package, version, f"see licences/{package}.txt", home)
    return list(parts.values())
