"""Generates the icon in all sizes and formats that desktops need, from one SVG.

python packaging/icons.py FOLDER
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

#: Sizes of the PNG files for Linux desktops, in pixels.
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "digitpad.svg"


def make_icons(folder: Path, sizes: Sequence[int] = SIZES) -> dict[int, Path]:
    """Render the icon in all sizes, and as `digitpad.ico` and `digitpad.icns`.

    Parameters
    ----------
    folder
        Output folder; created if it does not exist.
    sizes
        Sizes of the PNG files, in pixels.

    Returns
    -------
    dict
        The PNG files by size.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    renderer = QSvgRenderer(str(_SOURCE))
    if not renderer.isValid():
        raise SystemExit(f"{_SOURCE} is no SVG picture; restore it.")
    files = {}
    for size in sizes:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        files[size] = folder / f"digitpad-{size}.png"
        if not image.save(str(files[size])):
            raise SystemExit(f"{files[size]} could not be written; make room or choose another folder.")
    del application
    largest = Image.open(files[max(files)])
    largest.save(folder / "digitpad.ico", sizes=[(size, size) for size in files if size <= 256])
    largest.save(folder / "digitpad.icns")
    return files


if __name__ == "__main__":
    make_icons(Path(sys.argv[1]))
