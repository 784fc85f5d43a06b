"""Builds the Debian package: the frozen folder in `/usr/lib/digitpad`, and the files for the desktop.

The dependencies are determined from the bundle: each library that a file in it needs, and that it does not contain,
belongs to a package of the build system. The package should therefore be built on the oldest supported Debian.
"""

import gzip
import hashlib
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
#: The name that AppStream and the MIME types use.
_ID = "org.digitpad.digitpad"
#: Versions of glibc's interfaces that a library requires.
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")

_WAYLAND = re.compile(r"wayland|WlShell", re.IGNORECASE)

_CONTROL = """\
Package: digitpad
Version: {version}
Section: education
Priority: optional
Architecture: {architecture}
Maintainer: the digitpad developers <developers@digitpad.invalid>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: {recommends}
Description: draw a digit, see it recognised, look inside the network
 A convolutional network reads the digit that is drawn while it is being drawn,
 and every number on the screen can be followed back to where it came from.
 Networks can be trained on MNIST, which is inside, or on one's own pictures.
 .
 No network access, no account; the network library is plain NumPy.
"""


def make_deb(folder: Path, out: Path, work: Path, icons: Mapping[int, Path], version: str) -> Path:
    """Pack the frozen folder into a Debian package.

    Parameters
    ----------
    folder
        The frozen program.
    out
        Folder for the package.
    work
        Folder for the tree that is packed; emptied first.
    icons
        The icon as PNG, by size.
    version
        The version of digitpad.

    Returns
    -------
    Path
        The package.
    """
    architecture = _ask("dpkg", "--print-architecture").strip()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    library = work / "usr" / "lib" / "digitpad"
    shutil.copytree(folder, library, symlinks=True)
    (work / "usr" / "bin").mkdir()
    (work / "usr" / "bin" / "digitpad").symlink_to("../lib/digitpad/digitpad")
    _add_desktop(work / "usr" / "share", icons, version)
    _set_modes(work)
    files = sorted(path for path in work.rglob("*") if path.is_file() and not path.is_symlink())
    needs = needs_of(folder)
    control = work / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(
        _CONTROL.format(
            version=version,
            architecture=architecture,
            kilobytes=sum(path.stat().st_size for path in files) // 1024,
            depends=", ".join(needs.packages),
            recommends=", ".join(needs.for_wayland),
        ),
        encoding="utf-8",
    )
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(work)}\n"
        for path in files
    ]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    package = out / f"digitpad_{version}_{architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z9", "-Sextreme", "--build", str(work), str(package)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return package


@dataclass(frozen=True, slots=True)
class Needs:
    """System packages that a bundle depends on.

    Attributes
    ----------
    packages
        Packages required to start, with the minimum version of the C library.
    for_wayland
        Packages that only Qt's Wayland plug-ins need; a Wayland desktop has them.
    """

    packages: list[str]
    for_wayland: list[str]


def needs_of(folder: Path) -> Needs:
    """Return the dependencies that a bundle needs and does not contain."""
    inside = {path.name for path in folder.rglob("*.so*")}
    asked: set[str] = set()
    for_wayland: set[str] = set()
    newest = (2, 0)
    for path in (path for path in folder.rglob("*") if _is_elf(path)):
        facts = _ask("objdump", "--private-headers", str(path))
        libraries = set(re.findall(r"^\s*NEEDED\s+(\S+)", facts, re.MULTILINE)) - inside
        (for_wayland if _WAYLAND.search(str(path.relative_to(folder))) else asked).update(libraries)
        newest = max([newest, *((int(major), int(minor)) for major, minor in _GLIBC.findall(facts))])
    packages = {package_of(name) for name in asked} - {"libc6"}
    others = {package_of(name) for name in for_wayland - asked} - packages - {"libc6"}
    return Needs([f"libc6 (>= {newest[0]}.{newest[1]})", *sorted(packages)], sorted(others))


def package_of(library: str) -> str:
    """Return the package of a library: the one that installed it here, or the name that Debian's policy prescribes."""
    found = subprocess.run(["dpkg-query", "--search", f"*/{library}"], capture_output=True, text=True, check=False)
    for line in found.stdout.splitlines():
        package, _, path = line.partition(": ")
        if Path(path).parent.name.endswith("-linux-gnu"):
            return package.partition(":")[0]
    # Debian's policy, 8.1: libfoo.so.1 is in libfoo1, libfoo2.so.1 in libfoo2-1.
    name, _, version = library.removesuffix(".so").partition(".so.")
    return f"{name}{'-' if name[-1].isdigit() else ''}{version}".lower()


def _add_desktop(share: Path, icons: Mapping[int, Path], version: str) -> None:
    """Write menu entry, icons, MIME types, AppStream data, man page and copyright to their standard places."""
    linux = _HERE / "linux"
    places = {
        linux / "digitpad.desktop": share / "applications" / "digitpad.desktop",
        linux / "digitpad-mime.xml": share / "mime" / "packages" / "digitpad.xml",
        linux / f"{_ID}.metainfo.xml": share / "metainfo" / f"{_ID}.metainfo.xml",
        _ROOT / "resources" / "icons" / "digitpad.svg": share / "icons/hicolor/scalable/apps/digitpad.svg",
        _ROOT / "LICENSE": share / "doc" / "digitpad" / "copyright",
    }
    for size, picture in icons.items():
        places[picture] = share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / "digitpad.png"
    for source, target in places.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    third = "\nWhat others wrote of it, and their licences: /usr/lib/digitpad/THIRD-PARTY.md\n"
    with (share / "doc" / "digitpad" / "copyright").open("a", encoding="utf-8") as file:
        file.write(third)
    manual = (linux / "digitpad.1").read_text(encoding="utf-8").replace("@version@", version)
    _write_gzip(share / "man" / "man1" / "digitpad.1.gz", manual)
    _write_gzip(share / "doc" / "digitpad" / "changelog.gz", (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def _write_gzip(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _set_modes(tree: Path) -> None:
    """Set the file modes that Debian's policy requires, independent of the umask of the build."""
    for path in [tree, *tree.rglob("*")]:
        if path.is_symlink():
            continue
        program = path.is_dir() or path == tree / "usr" / "lib" / "digitpad" / "digitpad"
        path.chmod(0o755 if program else 0o644)


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _ask(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
