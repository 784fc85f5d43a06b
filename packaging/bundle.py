"""What goes into the executable, and what stays out.

PyInstaller finds what digitpad imports; this file says what it cannot know: which data go along, and which parts of Qt
and of Python nothing in digitpad ever loads. Each exclusion was tried: `smoke_test.py` drives the tabs and the commands
of the frozen program.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

#: A row of PyInstaller's tables: name in the bundle, source, kind.
Entry = tuple[str, str, str]

#: Imported where no analysis sees it: NumPy's generators take their first entropy from `secrets`.
HIDDEN_IMPORTS = ["secrets", "pi_heif", "_pi_heif"]

#: Python modules that others offer to use and digitpad does not.
EXCLUDED_MODULES = [
    # Optional partners of NumPy, Pillow, pyqtgraph and rich.
    "cupy",
    "h5py",
    "IPython",
    "jinja2",
    "markdown_it",
    "matplotlib",
    "numba",
    "onnx",
    "onnxruntime",
    "OpenGL",
    "pygments",
    "scipy",
    "torch",
    # A decoder of 5 MB for a kind of picture that phones and paint programs do not write.
    "PIL._avif",
    "PIL.AvifImagePlugin",
    # Colour management and Tk.
    "PIL._imagingcms",
    "PIL.ImageCms",
    "PIL._imagingtk",
    "PIL.ImageTk",
    # Other bindings of Qt, and modules of Qt that nothing here imports.
    "PyQt5",
    "PyQt6",
    "PySide2",
    "PySide6.QtNetwork",
    # See `without_opengl.py`.
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
    "PySide6.QtPrintSupport",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtSql",
    "PySide6.QtTest",
    "PySide6.QtXml",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    # Tools for making software.
    "distutils",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "numpy.f2py",
    "pip",
    "pydoc_data",
    "setuptools",
    "sqlite3",
    "tkinter",
    "turtle",
    # Nothing is fetched or served, and hashes come from the interpreter itself: OpenSSL stays out.
    "_hashlib",
    "_sqlite3",
    "_ssl",
    "ssl",
    "readline",
]

#: Files of Qt and of the system that come along uncalled. The window is drawn on the processor, speaks to nobody on the
#: network, plays nothing and prints nothing; pictures are read by Pillow, so of Qt's readers only SVG's is needed.
_UNWANTED_PATHS = (
    r"Qt6?(Network|Test|OpenGLWidgets|Qml|Quick|Pdf|Sql|Xml|PrintSupport|VirtualKeyboard|EglFs|EglFS|Labs|ShaderTools|Concurrent)",
    r"plugins/(egldeviceintegrations|generic|networkinformation|printsupport|qmltooling|sqldrivers|tls)/",
    r"plugins/platforms/lib(qeglfs|qlinuxfb|qvnc|qvkkhrdisplay|qminimal|qminimalegl)\b",
    r"plugins/platforms/q(direct2d|minimal)",
    # The GTK chain.
    r"plugins/platformthemes/libqgtk3",
    r"plugins/platforminputcontexts/libqtvirtualkeyboard",
    r"plugins/imageformats/(lib)?q(gif|icns|ico|jp2|jpeg|mng|pdf|tga|tiff|wbmp|webp)",
    r"PySide6/(Qt/)?(translations|qml)/",
    r"pyqtgraph/(examples|icons/peegee)",
    r"libavif-",
)
_UNWANTED = re.compile("|".join(_UNWANTED_PATHS))

#: Libraries that every Linux desktop has, in a version that fits its graphics drivers, its fonts and its message bus:
#: one of ours, older or newer, would stand in the way of those (the AppImage project keeps a list of such libraries for
#: the same reason). The Debian package depends on theirs.
_EVERY_DESKTOP = re.compile(
    r"^lib(X11|X11-xcb|Xau|Xdmcp|bsd|md|brotli\w+|dbus-1|expat|fontconfig|freetype|gcc_s|glib-2\.0|gthread-2\.0|pcre2-8"
    r"|png16|stdc\+\+|systemd|gcrypt|gpg-error|lz4|cap|zstd)\.so"
)

#: Python's own library and extension modules.
_INTERPRETER = re.compile(r"^libpython|lib-dynload/")

#: What the program starts from: everything else is there because one of these asks for it.
_ROOTS = re.compile(r"(^|/)(libpython|python3)|/plugins/")


def wanted(entries: Iterable[Entry]) -> list[Entry]:
    """Return the rows of one of PyInstaller's tables that are needed, by their name in the bundle."""
    names = ((entry, entry[0].replace("\\", "/")) for entry in entries)
    return [entry for entry, name in names if not (_UNWANTED.search(name) or _EVERY_DESKTOP.search(name))]


def asked_for(entries: Sequence[Entry], needed_by: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Return the binaries that an extension module, a plug-in or the interpreter asks for, directly or not.

    PyInstaller gathers what every file of Qt needs before `wanted` drops most of them.

    Parameters
    ----------
    entries
        The table of binaries, symbolic links included.
    needed_by
        Tells the names of the libraries that a file asks for.
    """
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(Path(entry[0]).name, []).append(entry)
    kept: set[str] = set()
    pending = [entry for entry in entries if entry[2] == "EXTENSION" or _ROOTS.search(entry[0].replace("\\", "/"))]
    while pending:
        name, source, kind = pending.pop()
        if name in kept:
            continue
        kept.add(name)
        names = [Path(source).name] if kind == "SYMLINK" else needed_by(source)
        pending += [entry for library in names for entry in by_name.get(library, [])]
    return [entry for entry in entries if entry[0] in kept]


def stripped(entries: Sequence[Entry], work: Path) -> list[Entry]:
    """Return the table with Python itself replaced by copies without debugging symbols, a third of its size.

    Python alone: stripping NumPy's OpenBLAS would break it.

    Parameters
    ----------
    entries
        The table of binaries.
    work
        Where the copies go.
    """
    if shutil.which("strip") is None:
        return list(entries)
    result = []
    for name, source, kind in entries:
        if kind == "SYMLINK" or not _INTERPRETER.search(name):
            result.append((name, source, kind))
            continue
        copy = work / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
        subprocess.run(["strip", "--strip-unneeded", str(copy)], check=True)
        result.append((name, str(copy), kind))
    return result


def data_files(root: Path) -> list[tuple[str, str]]:
    """Return digitpad's own data, as pairs of a source and its folder in the bundle (see `digitpad.paths`)."""
    pairs = []
    for name in ("models", "resources"):
        for path in sorted((root / name).rglob("*")):
            if path.is_file() and "recipes" not in path.relative_to(root).parts:
                folder = Path("digitpad") / "_bundled" / path.parent.relative_to(root)
                pairs.append((str(path), str(folder)))
    return pairs
