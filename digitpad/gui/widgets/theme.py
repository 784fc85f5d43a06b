"""The colours of the window, light and dark, and its text size.

A `Colours` is plain data. Widgets that paint themselves ask the theme for the current one; everything else gets its
colours through the style sheet in `resources/styles`, where `@name` stands for a colour. The theme follows the system
until the user chooses otherwise, and changes the running window at once. The text size works in the same way: see
`digitpad.gui.widgets.scaling`.
"""

import re
from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from digitpad import paths
from digitpad.gui.widgets import scaling

SPACE = 8  # the grid of every layout, in pixels at 100 % text size


@dataclass(frozen=True, slots=True)
class Colours:
    """One set of colours, each as #rrggbb. Text on its ground keeps WCAG AA's contrast of 4.5."""

    window: str
    surface: str
    field: str
    hover: str
    line: str
    track: str
    text: str
    muted: str
    bar: str
    accent: str
    on_accent: str
    warm: str
    error: str
    error_ground: str


LIGHT = Colours(
    window="#f6f7f9",
    surface="#ffffff",
    field="#f6f7f9",
    hover="#eff1f3",
    line="#dfe3e8",
    track="#dde1e6",
    text="#1c222b",
    muted="#5f6875",
    bar="#667085",
    accent="#0b7f68",
    on_accent="#ffffff",
    warm="#b85108",
    error="#b42318",
    error_ground="#fdf0ee",
)
DARK = Colours(
    window="#14171c",
    surface="#1b1f26",
    field="#14181e",
    hover="#232831",
    line="#2c323c",
    track="#2c323c",
    text="#eceef1",
    muted="#98a0ab",
    bar="#8e96a1",
    accent="#4cc2a5",
    on_accent="#10201c",
    warm="#e0a25f",
    error="#f2b8b1",
    error_ground="#3a2220",
)

SCHEMES = {"system": None, "light": LIGHT, "dark": DARK}


class Theme(QObject):
    """The current colours and the current text size.

    Parameters
    ----------
    choice
        "system", "light" or "dark".
    parent
        The owner.
    scale
        The text size, from 1 to 2; see `scaling.SCALES`.

    Signals
    -------
    changed
        The colours or the text size have changed: paint again.
    """

    changed = Signal()

    def __init__(self, choice: str = "system", parent: QObject | None = None, *, scale: float = 1.0) -> None:
        super().__init__(parent)
        self._choice = choice
        self._system = QGuiApplication.styleHints().colorScheme()
        self._sheet = (paths.resources_dir() / "styles" / "digitpad.qss").read_text(encoding="utf-8")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.follow_system)
        self.colours = self._resolve()
        self._known: dict[tuple[str, float], QColor] = {}
        scaling.set_scale(_nearest(scale), self._dress)

    @property
    def choice(self) -> str:
        """What was chosen: "system", "light" or "dark"."""
        return self._choice

    @property
    def scale(self) -> float:
        """The text size: 1 is 100 %."""
        return scaling.scale()

    def set_scale(self, scale: float) -> None:
        """Change the text size to the nearest of `scaling.SCALES`."""
        scale = _nearest(scale)
        if scale == scaling.scale():
            return
        scaling.set_scale(scale, self._dress)
        self.changed.emit()

    def step_scale(self, steps: int) -> None:
        """Change the text size by a number of steps up or, below 0, down."""
        place = scaling.SCALES.index(_nearest(scaling.scale())) + steps
        self.set_scale(scaling.SCALES[min(max(place, 0), len(scaling.SCALES) - 1)])

    def choose(self, choice: str) -> None:
        """Follow the system, or stay light or dark; any other value means the system."""
        self._choice = choice if choice in SCHEMES else "system"
        self._apply()

    @Slot(Qt.ColorScheme)
    def follow_system(self, scheme: Qt.ColorScheme) -> None:
        """Follow a change of the system's colours."""
        self._system = scheme
        self._apply()

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        """Return a current colour by its field name in `Colours`."""
        known = self._known.get((name, alpha))
        if known is None:
            known = self._known[name, alpha] = QColor(getattr(self.colours, name))
            known.setAlphaF(alpha)
        return QColor(known)

    def _resolve(self) -> Colours:
        chosen = SCHEMES[self._choice]
        if chosen is not None:
            return chosen
        return DARK if self._system == Qt.ColorScheme.Dark else LIGHT

    def _apply(self) -> None:
        colours = self._resolve()
        if colours is not self.colours:
            self.colours = colours
            self._known.clear()
            self._dress()
            scaling.restore_fonts()
            self.changed.emit()

    def _dress(self) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        sheet = _fill(self._sheet, self.colours, scaling.scale())
        if sheet != app.styleSheet():
            app.setPalette(_palette(self.colours))
            # Replacing a sheet visits every widget once for itself and once for each of its ancestors; removing it
            # and setting another visits it twice. Nothing is painted in between.
            app.setStyleSheet("")
            app.setStyleSheet(sheet)


def fixed_font(like: QFont, *, scale: float = 1.0, bold: bool = False) -> QFont:
    """Return the system's monospaced font in the size of another, times `scale`."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    return _sized(font, like, scale=scale, bold=bold)


def text_font(like: QFont, *, scale: float = 1.0, bold: bool = False) -> QFont:
    """Return a font of the same family in another size or weight."""
    return _sized(QFont(like), like, scale=scale, bold=bold)


def _sized(font: QFont, like: QFont, *, scale: float, bold: bool) -> QFont:
    """Give `font` the size of `like` times `scale`, and a weight."""
    if like.pixelSize() > 0:
        font.setPixelSize(max(1, round(like.pixelSize() * scale)))
    elif font.pointSizeF() != like.pointSizeF() * scale:
        # A font that sets no size of its own keeps following the application's.
        font.setPointSizeF(like.pointSizeF() * scale)
    font.setBold(bold)
    return font


def _nearest(scale: float) -> float:
    return min(scaling.SCALES, key=lambda known: abs(known - scale))


def _fill(sheet: str, colours: Colours, scale: float) -> str:
    """Put the colours and the text size into a style sheet; lines of one pixel stay as they are."""
    values = asdict(colours)
    sheet = re.sub(r"@([a-z_]+)", lambda match: str(values[match[1]]), sheet)
    return re.sub(r"\b(\d+)px", lambda match: f"{_length(int(match[1]), scale)}px", sheet)


def _length(pixels: int, scale: float) -> int:
    return pixels if pixels <= 1 else round(pixels * scale)


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, name in (
        (role.Window, colours.window),
        (role.WindowText, colours.text),
        (role.Base, colours.surface),
        (role.AlternateBase, colours.field),
        (role.Text, colours.text),
        (role.PlaceholderText, colours.muted),
        (role.Button, colours.surface),
        (role.ButtonText, colours.text),
        (role.BrightText, colours.error),
        (role.ToolTipBase, colours.surface),
        (role.ToolTipText, colours.text),
        (role.Highlight, colours.accent),
        (role.HighlightedText, colours.on_accent),
        (role.Link, colours.accent),
        (role.Light, colours.surface),
        (role.Midlight, colours.hover),
        (role.Mid, colours.line),
        (role.Dark, colours.line),
        (role.Shadow, colours.line),
    ):
        palette.setColor(which, QColor(name))
    disabled = QColor(colours.muted)
    disabled.setAlphaF(0.6)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, disabled)
    return palette
