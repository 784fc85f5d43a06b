"""A pseudo-language for tests: each text is accented, 40 % longer and between marks.

What a person reads without marks was not translated; what is cut off has no room for a longer language. The catalogues
are made from the source code as a translator's would be, so a text that the tools do not find shows up, too.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import translations
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QSpinBox,
    QTabBar,
    QTextEdit,
    QWidget,
)

CODE = "qps"
_OPEN, _CLOSE = "⟦", "⟧"
_ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
#: What a translator leaves as it is: placeholders, mark-up, entities, mnemonics, and the patterns of file filters.
_KEPT = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[a-z]|%L?n|%[sdr%]|<[^<>]+>|&#?\w+;|&\w|\(\*[^)]*\)")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[a-z]|%L?n|%[sdr]")


def pseudo(text: str) -> str:
    """Return a text in the pseudo-language."""
    if not text.strip():
        return text
    parts, end = [], 0
    for kept in _KEPT.finditer(text):
        parts += [text[end : kept.start()].translate(_ACCENTS), kept.group()]
        end = kept.end()
    parts.append(text[end:].translate(_ACCENTS))
    readable = len(re.sub(r"<[^<>]+>", "", text))
    longer = " ".join(["~~~~~"] * -(-2 * readable // 30))
    return f"{_OPEN}{''.join(parts)}{longer}{_CLOSE}"


def untranslated(text: str, names: Collection[str] = ()) -> list[str]:
    """Return the words of a text that stand outside the marks.

    Parameters
    ----------
    text
        The displayed text.
    names
        Words that are the same in every language, beside numbers, keys and single letters.
    """
    outside: list[str] = []
    depth = 0
    for part in re.split(f"([{_OPEN}{_CLOSE}])", re.sub(r"<[^<>]+>", " ", text)):
        if part in {_OPEN, _CLOSE}:
            depth += 1 if part == _OPEN else -1
        elif depth <= 0:
            outside.append(part)
    words = re.findall(r"[^\W\d_]\w+(?:[-.+]\w+)*", re.sub(r"&(?=\w)", "", " ".join(outside)))
    known = {name.casefold() for name in names}
    return [word for word in words if word.casefold() not in known and not _is_key(word)]


def write_catalogues(folder: Path) -> None:
    """Write the language's catalogues, and the English one, into a folder laid out as `resources/languages`."""
    # The committed template is that of the source code, or its own test fails; extracting it again takes seconds.
    template = (translations.LANGUAGES / translations.TEMPLATE).read_bytes()
    catalog = read_po(template.splitlines(), locale="en", charset="utf-8")
    for message in catalog:
        if message.id:
            texts = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            message.string = pseudo(texts[0]) if len(texts) == 1 else tuple(pseudo(text) for text in texts)
    compiled = folder / CODE / "LC_MESSAGES" / "digitpad.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, catalog)
    messages = [_translated(message) for message in translations.window_messages(folder / "template.ts")]
    # English plural rules: Qt does not know this language.
    translations.write_messages(folder / f"digitpad_{CODE}.ts", messages, "en")
    translations.release(folder / f"digitpad_{CODE}.ts")
    (folder / "digitpad_en.qm").write_bytes((translations.LANGUAGES / "digitpad_en.qm").read_bytes())


class QtTexts(QTranslator):
    """Qt's own texts, of its dialogs and standard buttons; installed before the other translators, it is asked last."""

    def translate(
        self, context: bytes | str, source: bytes | str, disambiguation: bytes | str | None = None, n: int = -1
    ) -> str:
        """Translate what Qt's own classes show, which begin with a Q; the names of keys stay."""
        where, text = (str(part, "utf-8") if isinstance(part, bytes) else part for part in (context, source))
        return pseudo(text) if where.startswith("Q") and where != "QShortcut" else text


def texts_of(root: QWidget) -> Iterator[tuple[QObject, str]]:
    """Yield each text that a widget, its children and their actions show or speak, with the object it belongs to."""
    for thing in [root, *root.findChildren(QObject)]:
        if _is_never_shown(thing):
            continue
        for text in _texts(thing):
            if text.strip():
                yield thing, text


def owner_of(thing: QObject) -> str:
    """Return the module that shows an object's texts: of the nearest ancestor that is a part of digitpad's window.

    A shared widget shows the texts of the part that uses it.
    """
    shared = ""
    ancestor: QObject | None = thing
    while ancestor is not None:
        module = type(ancestor).__module__
        if module.startswith("digitpad.gui.widgets"):
            shared = shared or module
        elif module.startswith("digitpad."):
            return module
        ancestor = ancestor.parent()
    return shared


def _is_never_shown(thing: QObject) -> bool:
    """Return whether an object belongs to the menus that pyqtgraph makes of each plot, which are switched off."""
    ancestor: QObject | None = thing
    while ancestor is not None:
        if type(ancestor).__module__.startswith("pyqtgraph"):
            return True
        if isinstance(ancestor, QMenu) and ancestor.title() == "Plot Options":
            return True
        ancestor = ancestor.parent()
    return False


def _texts(thing: QObject) -> Iterator[str]:
    if isinstance(thing, QAction):
        yield from (thing.text(), thing.toolTip(), thing.statusTip())
    if isinstance(thing, QWidget):
        yield from (thing.toolTip(), thing.accessibleName(), thing.accessibleDescription(), thing.windowTitle())
        yield from (_simple_text(thing), *_items(thing))


def _simple_text(widget: QWidget) -> str:
    if isinstance(widget, QAbstractButton | QLabel):
        return widget.text()
    if isinstance(widget, QGroupBox | QMenu):
        return widget.title()
    if isinstance(widget, QLineEdit):
        return widget.placeholderText()
    return widget.format() if isinstance(widget, QProgressBar) else ""


def _items(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(number) for number in range(widget.count()))
    elif isinstance(widget, QTabBar):
        for number in range(widget.count()):
            yield from (widget.tabText(number), widget.tabToolTip(number))
    elif isinstance(widget, QSpinBox | QDoubleSpinBox):
        yield from (widget.prefix(), widget.suffix(), widget.specialValueText())
    elif isinstance(widget, QTextEdit | QPlainTextEdit):
        yield from (widget.toPlainText(), widget.placeholderText())
    elif isinstance(widget, QAbstractItemView):
        yield from _cells(widget)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    # Qt keeps a list's count of columns, which is 1, to itself.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    rows = min(model.rowCount(QModelIndex()), 50)
    for column in range(columns):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
    for row in range(rows):
        for column in range(columns):
            yield str(model.index(row, column, QModelIndex()).data() or "")


def _is_key(word: str) -> bool:
    return re.fullmatch(r"(Ctrl|Shift|Alt|Meta)(\+\w+)*|F\d+|Del|Ins|Esc", word) is not None


def _translated(message: translations.Message) -> translations.Message:
    text = pseudo(message.source)
    return replace(message, translation=(text, text) if message.plural else (text,))
