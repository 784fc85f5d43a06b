"""All controls of the Train tab have a name, a tooltip and a place in the tab order, and are not cut off."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.control_card import State
from digitpad.gui.training.more_dialog import MoreDialog
from digitpad.gui.training.network_editor import NetworkEditor
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.theme import Theme
from tests.gui.controls import check_names, check_room, controls_of, tab_order
from tests.gui.settling import lay_out


def _own(widget: QWidget) -> list[QWidget]:
    # A number field's inner line is Qt's own part.
    return [control for control in controls_of(widget) if control.objectName() != "qt_spinbox_lineedit"]


def test_every_control_has_a_name_a_spoken_name_a_tooltip_and_a_place_in_the_tab_order(tab: TrainTab) -> None:
    tab.notice.say("something")
    controls = _own(tab)
    assert len(controls) > 20
    check_names(controls)


def test_so_have_the_dialogs(tab: TrainTab) -> None:
    tab.dialogs.show_more()
    tab.dialogs.show_runs()
    tab.dialogs.edit_network()
    dialogs = [tab.findChild(MoreDialog), tab.findChild(NetworkEditor), tab.dialogs.runs]
    for dialog in dialogs:
        assert dialog is not None
        check_names(_own(dialog))
        dialog.close()


def test_tab_goes_through_the_whole_page(tab: TrainTab) -> None:
    tab.setup.setFocus(Qt.FocusReason.TabFocusReason)
    first = tab.findChild(QWidget, "trainData")
    assert first is not None
    order = tab_order(first)
    wanted = {control.objectName() for control in _own(tab) if control.isEnabled()}
    assert wanted <= set(order), wanted - set(order)


def test_tab_follows_the_eye(tab: TrainTab) -> None:
    first = tab.findChild(QWidget, "trainData")
    assert first is not None
    order = tab_order(first)
    wanted = [
        "trainData", "trainNetwork", "trainOptimizer", "trainSchedule", "trainLearningRate", "trainBatchSize",
        "trainEpochs", "trainMomentum", "trainWeightDecay", "trainDropout", "trainLabelSmoothing", "trainAugment",
        "trainDevice", "trainMain", "trainBatch", "trainEpoch", "networkButton", "sweepButton", "moreButton",
        "runsButton",
        "smoothingSlider", "logButton", "exportButton", "lossPlot", "figureChoice", "otherPlot",
    ]  # fmt: skip
    assert [name for name in order if name in wanted] == wanted


def test_every_control_is_heard_by_its_name(tab: TrainTab) -> None:
    for control in _own(tab):
        heard = QAccessible.queryAccessibleInterface(control)
        assert heard.text(QAccessible.Text.Name) == control.accessibleName(), control.objectName()
    optimizer = tab.findChild(QWidget, "trainOptimizer")
    assert optimizer is not None
    assert optimizer.accessibleName() == "Optimizer"


def test_nothing_is_cut_off(tab: TrainTab, window: MainWindow) -> None:
    for size in ((1024, 640), (1280, 800)):
        window.resize(*size)
        lay_out()
        assert (window.width(), window.height()) == size
        check_room(_own(tab), tab)
        for label in tab.findChildren(QLabel):
            if label.isVisible() and label.text() and not label.objectName().startswith("train"):
                assert label.width() >= label.minimumSizeHint().width(), label.text()


def test_every_action_has_a_sentence_and_a_shortcut_of_its_own(tab: TrainTab, window: MainWindow) -> None:
    actions = [action for action in tab.actions() if action.objectName().startswith("action")]
    assert len(actions) >= 9
    used: dict[str, str] = {}
    frame = [action for action in window.actions() if action.objectName().startswith("action")]
    for action in (*frame, *actions):
        assert action.statusTip(), action.objectName()
        for key in action.shortcuts():
            assert key.toString() not in used, (key.toString(), action.objectName(), used[key.toString()])
            used[key.toString()] = action.objectName()


def test_a_pause_is_answered_at_once(tab: TrainTab) -> None:
    assert tab.controls.main.text() == "Start"
    tab.start_or_hold()
    assert tab.controls.main.text() == "Pause"
    tab.start_or_hold()
    assert tab.session.state is State.PAUSING
    assert tab.controls.main.text() == "Continue"
    tab.shut_down()


def test_dark_and_light_are_followed(tab: TrainTab, theme: Theme) -> None:
    light = tab.grab().toImage().pixelColor(400, 300).lightness()
    theme.choose("dark")
    lay_out()
    assert tab.grab().toImage().pixelColor(400, 300).lightness() < 80 < light
