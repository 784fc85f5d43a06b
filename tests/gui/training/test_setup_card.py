"""The card of a training's settings: what choosing a network changes besides the network."""

from pathlib import Path

from digitpad.data.augmentation import Augmentation
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import ComboBox
from digitpad.training.recipes import PLAIN_PHOTO, QUICK, find_recipe


def choose(tab: TrainTab, name: str, word: str) -> None:
    """Choose an entry as a click does."""
    combo = tab.findChild(ComboBox, name)
    assert combo is not None
    combo.choose(word)
    combo.activated.emit(combo.currentIndex())


def test_a_network_for_photographs_brings_its_recipe_and_one_for_digits_its_own(tab: TrainTab, tmp_path: Path) -> None:
    networks = tab.findChild(ComboBox, "trainNetwork")
    assert networks is not None
    tab.editor.change(dataset="mnist")
    assert networks.findData("catdog") < 0
    tab.editor.change(dataset=str(tmp_path))
    choose(tab, "trainNetwork", "catdog")
    settings = tab.editor.plan.settings
    assert {name: getattr(settings, name) for name in find_recipe(PLAIN_PHOTO).settings()} == find_recipe(
        PLAIN_PHOTO
    ).settings()
    choose(tab, "trainAugment", "photo")
    assert tab.editor.plan.settings.augmentation == Augmentation.parse("photo")
    choose(tab, "trainNetwork", "light")
    settings = tab.editor.plan.settings
    assert (settings.batch_size, settings.schedule) == (find_recipe(QUICK).batch_size, find_recipe(QUICK).schedule)


def test_another_network_of_the_same_kind_keeps_the_settings(tab: TrainTab) -> None:
    tab.editor.change_settings(epochs=9, batch_size=32)
    choose(tab, "trainNetwork", "lenet5")
    assert tab.editor.plan.architecture.name == "lenet5"
    assert (tab.editor.plan.settings.epochs, tab.editor.plan.settings.batch_size) == (9, 32)
