"""The tour: draws a digit in the real window with real mouse events, and saves screenshots.

The screenshots of the README are made by it, and `digitpad tour` checks that the whole window works, also without a
display, where it draws off-screen.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.ink import Drawing
from digitpad.data.synthetic.hand import drawn_by_hand
from digitpad.data.synthetic.letters import SKELETONS
from digitpad.data.synthetic.skeletons import strokes_of
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sample_ink import THREE, THREE_SHEET
from digitpad.gui.shell.app import make_application
from digitpad.gui.shell.display import has_display
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.files import write_png
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import bundled_models
from digitpad.translation import gettext as _

_SIZE = (1280, 800)
_LETTERS, _SAMPLES = "ABC", 12
_CANVAS = 400.0  # canvas units of a drawn letter
_TRAINED = 300  # steps: a few seconds, after which most digits are read


def run_tour(out: Path, *, trained: int = _TRAINED) -> list[Path]:
    """Draw in the real window and save screenshots.

    Parameters
    ----------
    out
        Folder for the screenshots; it is created if it does not exist.
    trained
        Number of training steps after which the Train tab is captured.

    Returns
    -------
    list of Path
        The screenshots, in the order of the tabs: `draw.png`, `data.png`, `train.png`, `features.png` and
        `evaluate.png`; at last `replay.png`, the training from before at a quarter of its steps.

    Raises
    ------
    DigitpadError
        If the folder cannot be created, a screenshot cannot be written, or no model can be loaded.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = _("The folder {path} could not be created ({reason}); name another one.")
        raise DigitpadError(text.format(path=out, reason=error.strerror or str(error))) from error
    if QApplication.instance() is None:
        if not has_display():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        # Resolution of current screens.
        os.environ.setdefault("QT_SCALE_FACTOR", "2")
    make_application()
    with tempfile.TemporaryDirectory() as folder:
        # Settings, runs and collections of its own: those of the user are neither shown nor changed.
        own = Path(folder)
        window = MainWindow(
            Theme("light"), Settings(own / "tour.ini"), runs=own / "runs", collections=own / "collections"
        )
        try:
            return [
                _draw(window, out / "draw.png"),
                _collect(window, out / "data.png"),
                _train(window, out / "train.png", trained),
                _look_inside(window, out / "features.png"),
                _evaluate(window, out / "evaluate.png"),
                _replay(window, out / "replay.png"),
            ]
        finally:
            window.close()
            window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def replay(canvas: QWidget, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Draw strokes on a canvas as a mouse does: press, a move for every point, release.

    Parameters
    ----------
    canvas
        A visible widget.
    strokes
        Points in widget pixels.
    """
    for stroke in strokes:
        _send(canvas, QEvent.Type.MouseButtonPress, stroke[0])
        for point in stroke[1:]:
            _send(canvas, QEvent.Type.MouseMove, point)
        _send(canvas, QEvent.Type.MouseButtonRelease, stroke[-1])
        QApplication.processEvents()


def _draw(window: MainWindow, path: Path) -> Path:
    window.resize(*_SIZE)
    window.show()
    if not window.use_model(None):
        message = window.messages.message
        raise DigitpadError(
            message.text if message is not None else _("No model could be loaded; install digitpad again.")
        )
    QApplication.processEvents()
    canvas = window.draw_tab.canvas
    # Whole pixels, as from a mouse, and the same offset for every point.
    left, top = (canvas.width() - THREE_SHEET[0]) // 2, (canvas.height() - THREE_SHEET[1]) // 2
    replay(canvas, [[(x + left, y + top) for x, y in stroke] for stroke in THREE])
    _wait_for_look(window)
    write_png(path, window.grab().toImage())
    return path


def _collect(window: MainWindow, path: Path) -> Path:
    """Show a collection of three letters, drawn by a simulated hand."""
    from digitpad.gui.data.collect.page import CollectPage
    from digitpad.gui.data.tab import DataTab

    entry = window.workspace.collections.store.create(_("Letters"))
    rng = np.random.default_rng(3)
    with CollectionEditor(entry.folder) as editor:
        for letter in _LETTERS:
            drawn = [NewSample(_drawn(letter, rng)) for _number in range(_SAMPLES)]
            editor.add(editor.add_class(letter), drawn)
    tab = window.go_to("Data")
    page = tab.page("collect") if isinstance(tab, DataTab) else None
    if not isinstance(page, CollectPage):
        raise TypeError(f"The Data tab holds a {type(page).__name__}")
    page.commands.open_collection(entry.folder)
    while page.session.busy or page.thumbnails.busy or not (page.state.entry and page.column.is_complete):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    QApplication.processEvents()
    pad = page.pad.pad
    size = min(pad.width(), pad.height())
    left, top = (pad.width() - size) // 2, (pad.height() - size) // 2
    strokes = _drawn(_LETTERS[0], rng).strokes
    replay(pad, [[(round(x * size / _CANVAS) + left, round(y * size / _CANVAS) + top) for x, y in s] for s in strokes])
    write_png(path, window.grab().toImage())
    return path


def _drawn(letter: str, rng: np.random.Generator) -> Drawing:
    """Return a letter as a hand draws it."""
    ways = SKELETONS[letter]
    strokes = drawn_by_hand(strokes_of(ways[rng.integers(len(ways))]), rng, turn=8)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 0.7 * _CANVAS / (high - low).max()
    middle = (low + high) / 2
    moved = tuple(((stroke - middle) * scale + _CANVAS / 2).astype(np.float32) for stroke in strokes)
    return Drawing(moved, _CANVAS, _CANVAS)


def _train(window: MainWindow, path: Path, steps: int) -> Path:
    """Press Start, train for a while, and capture the tab during training."""
    from digitpad.gui.training.train_tab import TrainTab

    tab = window.go_to("Train")
    if not isinstance(tab, TrainTab):
        raise TypeError(f"the Train tab holds a {type(tab).__name__}")
    tab.start_or_hold()
    while tab.session.is_on:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        step = tab.session.record.step if tab.session.record is not None else None
        if step is not None and step.step >= steps:
            break
    tab.curves.redraw()
    _wait_for_look(window)
    picture = window.grab().toImage()
    trouble = tab.notice.text
    tab.shut_down()
    if trouble:
        raise DigitpadError(trouble)
    write_png(path, picture)
    return path


def _look_inside(window: MainWindow, path: Path) -> Path:
    """Show the maps of the digit, the arithmetic of one number, and which pixels support the prediction."""
    from digitpad.gui.features.tab import FeaturesTab

    tab = window.go_to("Features")
    if not isinstance(tab, FeaturesTab):
        raise TypeError(f"The tab Features holds a {type(tab).__name__}")
    window.workspace.look_at_in_use()
    tab.explain_with("gradcam")
    _wait_for_look(window)
    write_png(path, window.grab().toImage())
    return path


def _evaluate(window: MainWindow, path: Path) -> Path:
    """Evaluate two models on MNIST's test images, and show the images that the first reads as nines by mistake."""
    from digitpad.gui.evaluation.tab import EvaluationTab

    tab = window.go_to("Evaluate")
    if not isinstance(tab, EvaluationTab):
        raise TypeError(f"The tab Evaluate holds a {type(tab).__name__}")
    others = [model for model in bundled_models() if window.model is None or model.resolve() != window.model.path]
    if others:
        tab.setup.add_model(others[0], "other")
    waiting = QEventLoop()
    tab.finished.connect(waiting.quit)
    tab.start.trigger()
    waiting.exec()
    if tab.results.measured is None:
        raise DigitpadError(tab.setup.status.text())
    matrix = tab.results.matrix
    worst = max(matrix.mistaken, key=matrix.count)
    place = matrix.cell_rect(*worst).center()
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        _send(matrix, kind, (place.x(), place.y()))
    QApplication.processEvents()
    write_png(path, window.grab().toImage())
    return path


def _replay(window: MainWindow, path: Path) -> Path:
    """Replay the run that the Train tab has trained, and look inside the network at a quarter of it."""
    window.go_to("Features")
    window.replay.actions.replay.trigger()
    strip = window.replay.strip
    while strip is not None and strip.is_open and not strip.isVisible():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    player = None if strip is None else strip.player
    if strip is None or player is None:
        message = window.messages.message
        raise DigitpadError(_("No run could be replayed.") if message is None else message.text)
    player.go_near(player.timeline.last / 4)
    while not player.is_settled or window.workspace.busy or strip.charts.busy:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    QApplication.processEvents()
    write_png(path, window.grab().toImage())
    return path


def _wait_for_look(window: MainWindow) -> None:
    """Wait until the window shows the results of everything done so far."""
    QApplication.processEvents()
    while window.workspace.busy:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    QApplication.processEvents()


def _send(canvas: QWidget, kind: QEvent.Type, point: tuple[float, float]) -> None:
    position = QPointF(*point)
    moving = kind == QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if moving else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, position, canvas.mapToGlobal(position), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)
