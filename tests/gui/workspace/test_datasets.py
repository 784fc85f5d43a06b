"""One list of datasets, in one order, for every chooser; and the list of collections, read in the background."""

import threading
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.data.collections.store import CollectionStore
from digitpad.gui.data.tab import DataTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.workspace.collection_list import CollectionList
from digitpad.gui.workspace.datasets import dialog_entries, offered_datasets


def test_bundled_datasets_come_first_then_collections_then_the_own(tmp_path: Path) -> None:
    entries = [CollectionStore().create(name) for name in ("letters", "signs")]
    (tmp_path / "pets").mkdir()
    offered = offered_datasets(entries, [str(tmp_path / "pets"), "mnist", entries[0].dataset, "collection:gone"])
    titles = [title for title in offered.values() if title != "Fashion-MNIST"]
    assert titles == [
        "MNIST", "Pen ink of 30 writers", "Synthetic digits", "Pen ink in particular manners", "Synthetic non-digits",
        "Hand-drawn figures and letters", "letters", "signs", "pets",
        "pets:transpose", "pets:invert", "pets:transpose:invert", "gone",
    ]  # fmt: skip


def _offers(box: ComboBox, text: str) -> bool:
    return box.findText(text) >= 0


def test_every_tab_offers_the_same(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    CollectionStore().create("letters")
    (tmp_path / "pets").mkdir()
    window.workspace.settings.remember_dataset(str(tmp_path / "pets"))
    offered: list[list[str]] = []
    for tab, chooser in (("Train", "trainData"), ("Evaluate", "evaluateData"), ("Data", "lookData")):
        page = window.go_to(tab)
        if isinstance(page, DataTab):
            page.page("look")
        box = window.findChild(ComboBox, chooser)
        assert box is not None
        qtbot.waitUntil(partial(_offers, box, "letters"))
        offered.append([box.itemText(row) for row in range(box.count())])
    # Train and Evaluate say how many images of MNIST they use.
    plain = [[text for text in texts if "MNIST" not in text or text == "Fashion-MNIST"] for texts in offered]
    assert plain[0] == plain[1] == plain[2]
    assert {"Synthetic digits", "letters", "pets", *dialog_entries().values()} <= set(plain[0])


def test_the_list_is_read_in_another_thread_and_announced_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []
    read = CollectionStore.all

    def note(store: CollectionStore) -> object:
        threads.append(threading.current_thread())
        return read(store)

    CollectionStore().create("letters")
    monkeypatch.setattr(CollectionStore, "all", note)
    known = CollectionList()
    with qtbot.waitSignal(known.changed):
        known.refresh()
    assert [entry.name for entry in known.entries] == ["letters"]
    with qtbot.assertNotEmitted(known.changed):
        known.refresh()
        qtbot.waitUntil(lambda: len(threads) == 2)
        known.shut_down()
    assert threading.main_thread() not in threads
