"""Selects what is included in the executable and what is left out.

PyInstaller finds what digitpad imports; this file adds what it cannot detect: the data files, and the parts of Qt and
of Python that digitpad never loads. Each exclusion is tested: `smoke_test.py` runs the tabs and the commands of the
frozen program.
"""

import importlib
import py_compile
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

#: A row of PyInstaller's tables: name in the bundle, source, kind.
Entry = tuple[str, str, str]

#: Imports that the analysis does not detect: NumPy's generators get their initial entropy from `secrets`, and uvicorn
#: names the parts of a server in its settings.
HIDDEN_IMPORTS = [
    "secrets",
    "pi_heif",
    "_pi_heif",
    "segno",
    "uvicorn.lifespan.off",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
]

#: Optional Python modules that digitpad does not use.
EXCLUDED_MODULES = [
    # Optional dependencies of NumPy, Pillow, pyqtgraph and rich.
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
    # A decoder of 5 MB for an image format that phones and paint programs do not write.
    "PIL._avif",
    "PIL.AvifImagePlugin",
    # Colour management and Tk.
    "PIL._imagingcms",
    "PIL.ImageCms",
    "PIL._imagingtk",
    "PIL.ImageTk",
    # Other Qt bindings, and Qt modules that are not imported.
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
    # Parts of the server's libraries that digitpad does not use.
    "anyio._backends._trio",
    "starlette.templating",
    "starlette.testclient",
    "uvicorn.protocols.websockets.websockets_impl",
    "uvicorn.protocols.websockets.wsproto_impl",
    "watchfiles",
    "websockets.legacy",
    # Development tools.
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
    # digitpad makes no encrypted connections, and the interpreter computes hashes itself, so OpenSSL is left out (see
    # `without_ssl.py`).
    "_hashlib",
    "_sqlite3",
    "_ssl",
    "ssl",
    "readline",
]

#: Unneeded files of Qt and of the system. The window is rendered on the CPU and uses no network, sound or printer;
#: Pillow reads the images, so only the SVG plug-in of Qt's image formats is needed.
_UNWANTED_PATHS = (
    r"Qt6?(Network|Test|OpenGLWidgets|Qml|Quick|Pdf|Sql|Xml|PrintSupport|VirtualKeyboard|EglFs|EglFS|Labs|ShaderTools|Concurrent)",
    r"plugins/(egldeviceintegrations|generic|networkinformation|printsupport|qmltooling|sqldrivers|tls)/",
    r"plugins/platforms/lib(qeglfs|qlinuxfb|qvnc|qvkkhrdisplay|qminimal|qminimalegl)\b",
    r"plugins/platforms/q(direct2d|minimal)",
    # The GTK chain.
    r"plugins/platformthemes/libqgtk3",
    r"plugins/platforminputcontexts/libqtvirtualkeyboard",
    r"plugins/imageformats/(lib)?q(gif|icns|ico|jp2|jpeg|mng|pdf|tga|tiff|wbmp|webp)",
    # The program's only language is English, which Qt's own dialogs speak without translations. A program that offers
    # another language needs `qtbase_<language>.qm` (see digitpad/gui/shell/languages.py) for their buttons.
    r"PySide6/(Qt/)?(translations|qml)/",
    r"pyqtgraph/(examples|icons/peegee)",
    r"libavif-",
)
_UNWANTED = re.compile("|".join(_UNWANTED_PATHS))

#: Libraries that every Linux desktop has, in a version that matches its graphics drivers, its fonts and its message
#: bus. A bundled copy, older or newer, would conflict with those (the AppImage project excludes such libraries for the
#: same reason). The Debian package depends on the system's packages.
_EVERY_DESKTOP = re.compile(
    r"^lib(X11|X11-xcb|Xau|Xdmcp|bsd|md|brotli\w+|dbus-1|expat|fontconfig|freetype|gcc_s|glib-2\.0|gthread-2\.0|pcre2-8"
    r"|png16|stdc\+\+|systemd|gcrypt|gpg-error|lz4|cap|zstd)\.so"
)

#: Runtime hooks of PyInstaller that prepare modules for what digitpad does not do: worker processes of multiprocessing,
#: listing the modules of a package, and finding the source of a function. They take a tenth of the time until the first
#: command, mostly to import those modules.
_UNWANTED_SCRIPTS = {"pyi_rth_inspect", "pyi_rth_multiprocessing", "pyi_rth_pkgutil", "pyi_rth_pyqtgraph_multiprocess"}

#: Python's own library and extension modules.
_INTERPRETER = re.compile(r"^libpython|lib-dynload/")

#: The root files of the program: all other binaries are dependencies of these.
_ROOTS = re.compile(r"(^|/)(libpython|python3)|/plugins/")


def wanted(entries: Iterable[Entry]) -> list[Entry]:
    """Return the rows of one of PyInstaller's tables that are needed, by their name in the bundle."""
    names = ((entry, entry[0].replace("\\", "/")) for entry in entries)
    return [entry for entry, name in names if not (_UNWANTED.search(name) or _EVERY_DESKTOP.search(name))]


def wanted_scripts(entries: Iterable[Entry]) -> list[Entry]:
    """Return the rows of PyInstaller's table of scripts without the runtime hooks that are not needed."""
    return [entry for entry in entries if entry[0] not in _UNWANTED_SCRIPTS]


def asked_for(entries: Sequence[Entry], needed_by: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Return the binaries that an extension module, a plug-in or the interpreter depends on, directly or indirectly.

    PyInstaller collects the dependencies of all Qt files before `wanted` removes most of those files.

    Parameters
    ----------
    entries
        The table of binaries, symbolic links included.
    needed_by
        Returns the names of the libraries that a file depends on.
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
        Folder for the copies.
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
    # The server's page is read from its package.
    page = Path("digitpad") / "serving" / "page"
    return pairs + [(str(path), str(page)) for path in sorted((root / page).iterdir())]


def shiboken_modules(work: Path) -> list[tuple[str, str]]:
    """Return the Python modules of shiboken, compiled, as pairs of a source and its folder in the bundle.

    The library contains them as source, which it compiles at every start. If they are in the folder `files.dir` beside
    it, they are imported from there.

    Parameters
    ----------
    work
        Folder for the compiled modules.
    """
    if sys.platform == "darwin":
        # Its bundles do not allow such a name for a folder with code.
        return []
    importlib.import_module("PySide6.QtCore")
    archive = vars(importlib.import_module("shibokensupport").__loader__)["zfile"]
    pairs = []
    for name in sorted(archive.namelist()):
        if not name.endswith(".py"):
            continue
        source = work / "source" / name
        compiled = work / "compiled" / f"{name}c"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(archive.read(name))
        py_compile.compile(
            str(source),
            str(compiled),
            name,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        pairs.append((str(compiled), str(Path("shiboken6") / "files.dir" / Path(name).parent)))
    return pairs
