"""The card of a training's settings: what choosing a network changes besides the network."""

from digitpad.data.augmentation import Augmentation
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import ComboBox
from digitpad.training.data_facts import DataFacts
from digitpad.training.recipes import PLAIN_PHOTO, QUICK, SPRINT, find_recipe

DIGITS = DataFacts("digits", 60_000, tuple("0123456789"), tuple("0123456789"), (1, 28, 28))
PHOTOGRAPHS = DataFacts("photographs", 3000, ("cats", "dogs"), ("cats", "dogs"), (3, 224, 224))


def choose(tab: TrainTab, name: str, word: str) -> None:
    """Choose an entry as a click does."""
    combo = tab.findChild(ComboBox, name)
    assert combo is not None
    combo.choose(word)
    combo.activated.emit(combo.currentIndex())


def test_a_network_for_photographs_brings_its_recipe_and_one_for_digits_its_own(tab: TrainTab) -> None:
    tab.editor.show_facts(PHOTOGRAPHS)
    choose(tab, "trainNetwork", "catdog")
    settings, plain = tab.editor.plan.settings, find_recipe(PLAIN_PHOTO).settings()
    assert {name: getattr(settings, name) for name in plain} == plain
    choose(tab, "trainAugment", "photo")
    assert tab.editor.plan.settings.augmentation == Augmentation.parse("photo")
    choose(tab, "trainNetwork", "light")
    settings = tab.editor.plan.settings
    assert (settings.batch_size, settings.schedule) == (find_recipe(QUICK).batch_size, find_recipe(QUICK).schedule)


def test_the_sprint_network_brings_its_recipe_and_leaves_with_it(tab: TrainTab) -> None:
    tab.editor.show_facts(DIGITS)
    for network, recipe in (("sprint", SPRINT), ("light", QUICK)):
        choose(tab, "trainNetwork", network)
        assert tab.editor.plan.architecture.name == network
        settings, expected = tab.editor.plan.settings, find_recipe(recipe).settings()
        assert {name: getattr(settings, name) for name in expected} == expected


def test_another_network_of_the_same_kind_keeps_the_settings(tab: TrainTab) -> None:
    tab.editor.change_settings(epochs=9, batch_size=32)
    choose(tab, "trainNetwork", "lenet5")
    assert tab.editor.plan.architecture.name == "lenet5"
    assert (tab.editor.plan.settings.epochs, tab.editor.plan.settings.batch_size) == (9, 32)
