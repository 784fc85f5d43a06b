"""Build all release files, in `dist/`.

    python packaging/build.py

from a clean checkout, with the extra `package` installed, builds what is possible on the current system:

- `digitpad-VERSION-SYSTEM-MACHINE.tar.xz`, the program in a folder (a `.zip` on Windows), and that folder, `digitpad/`;
- `digitpad-VERSION-SYSTEM-MACHINE`, the same in a single file;
- `digitpad_VERSION_MACHINE.deb`, where `dpkg-deb` is available;
- the wheel and the source archive;
- `THIRD-PARTY.md`, the third-party components and their licences, and `SHA256SUMS`.

`--only` builds some of them. `bundle.py` selects the parts of Python and Qt that are included.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import debian
import icons
import licences

from digitpad import __version__

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("folder", "archive", "single", "deb", "python", "sums")
#: Common names of the systems and their processors.
_SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
_MACHINE = platform.machine().lower()
_NAME = f"digitpad-{__version__}-{_SYSTEM}-{_MACHINE}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the requested parts one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to (default: dist/)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to make (default: all)")
    options = parser.parse_args(arguments)
    out, work = options.out.resolve(), ROOT / "build" / "packaging"
    out.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    drawn = icons.make_icons(work / "icons")
    makers: dict[str, Callable[[], Path | list[Path]]] = {
        "folder": lambda: make_folder(out, work),
        "archive": lambda: make_archive(out),
        "single": lambda: make_single(out, work),
        "deb": lambda: debian.make_deb(_folder(out), out, work / "deb", drawn, __version__),
        "python": lambda: make_python(out),
        "sums": lambda: make_sums(out),
    }
    for part in PARTS:
        if part not in options.only:
            continue
        if part == "deb" and shutil.which("dpkg-deb") is None:
            print("No dpkg-deb here: the Debian package is left out.", flush=True)
            continue
        begun = time.perf_counter()
        made = makers[part]()
        for path in made if isinstance(made, list) else [made]:
            print(f"{path.relative_to(out.parent)}: {size(path) / 1e6:.1f} MB", flush=True)
        print(f"  {time.perf_counter() - begun:.0f} s", flush=True)


def make_folder(out: Path, work: Path) -> Path:
    """Freeze the program into a folder, with the licences of all its components."""
    run_pyinstaller(out, work)
    folder = _folder(out)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    texts = folder / "licences"
    shutil.rmtree(texts, ignore_errors=True)
    overview = licences.gather(folder, texts)
    (folder / "THIRD-PARTY.md").write_text(overview, encoding="utf-8")
    (out / "THIRD-PARTY.md").write_text(overview, encoding="utf-8")
    return folder


def make_archive(out: Path) -> Path:
    """Pack the folder; the same folder gives the same archive."""
    folder = _folder(out)
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(out / _NAME), "zip", out, folder.name))
    archive = out / f"{_NAME}.tar.xz"
    # In tarfile, xz has no branch filter for machine code; the system's xz has one, and its archive is 5 percent
    # smaller.
    with archive.open("wb") as file, subprocess.Popen(_XZ, stdin=subprocess.PIPE, stdout=file) as xz:
        if xz.stdin is None:
            raise SystemExit("xz took no input; install xz-utils.")
        with tarfile.open(fileobj=xz.stdin, mode="w|") as tar:
            for path in sorted([folder, *folder.rglob("*")]):
                tar.add(path, path.relative_to(out), recursive=False, filter=_anonymous)
        xz.stdin.close()
    if xz.returncode != 0:
        raise SystemExit(f"xz failed with {xz.returncode}; is the disk full?")
    return archive


def make_single(out: Path, work: Path) -> Path:
    """Freeze the program into one file, which unpacks itself each time it is started."""
    run_pyinstaller(out, work, "--onefile", "--name", _NAME)
    return out / (f"{_NAME}.exe" if sys.platform == "win32" else _NAME)


def make_python(out: Path) -> list[Path]:
    """Build the wheel and the source archive."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "--directory", str(out)], check=True, cwd=ROOT)
    return sorted([*out.glob(f"digitpad-{__version__}*.whl"), *out.glob(f"digitpad-{__version__}.tar.gz")])


def make_sums(out: Path) -> Path:
    """Write the SHA-256 of every file in the folder."""
    sums = out / "SHA256SUMS"
    lines = []
    for path in sorted(path for path in out.iterdir() if path.is_file() and path != sums):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    sums.write_text("".join(lines), encoding="utf-8")
    return sums


def run_pyinstaller(out: Path, work: Path, *options: str) -> None:
    """Run PyInstaller on `digitpad.spec`, with arguments for the spec file."""
    words = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    words += ["--distpath", str(out), "--workpath", str(work / "pyinstaller")]
    words += [str(ROOT / "packaging" / "digitpad.spec"), "--"]
    words += ["--icons", str(work / "icons"), "--work", str(work / "stripped"), *options]
    # A random hash order would make the order in the archive random as well.
    # Python modules that are not compressed would be loaded sooner, but the folder would be larger than 200 MB.
    subprocess.run(words, check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"})


def size(path: Path) -> int:
    """Return the size in bytes of a file, or of all files in a folder; links are not followed."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.lstat().st_size for file in path.rglob("*") if not file.is_dir() or file.is_symlink())


def _folder(out: Path) -> Path:
    folder = out / "digitpad"
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not there; make the part `folder` first.")
    return folder


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Remove the owner and the time, so that archives are reproducible."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return entry


_XZ = ["xz", "--format=xz", "--x86", "--lzma2=preset=9,dict=128MiB"]


if __name__ == "__main__":
    main()
