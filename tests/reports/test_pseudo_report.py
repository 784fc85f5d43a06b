"""A report in the pseudo-language: finds sentences that are not translated."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitpad import translation
from digitpad.reports.document import (
    Block,
    Code,
    Discussion,
    Figure,
    Heading,
    Highlights,
    Missing,
    Paragraph,
    Report,
    Table,
)
from digitpad.reports.making import make_report
from digitpad.reports.measured import ReportOptions
from digitpad.reports.page import page_of
from digitpad.training.runs import RunStore
from tests import pseudo

#: The same in every language: names of data, networks, layers and versions.
NAMES = frozenset({"mlp", "mnist", "first", "second", "test", "digitpad", "SHA", "MNIST", "seed", "px"})
_LAYERS = {"flatten", "fc1", "relu1", "fc2", "fc", "relu"}


@pytest.fixture(autouse=True)
def _pseudo_language(pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: pseudo_catalogues)
    translation.use_language(pseudo.CODE)
    yield
    monkeypatch.undo()
    translation.use_language("en")


def texts_of(block: Block) -> list[str]:
    """Return the texts of a block that are words of the program, and not values."""
    match block:
        case Paragraph() | Missing() | Heading():
            return [block.text]
        case Code():
            return [block.title]
        case Highlights():
            return [item.title for item in block.items]
        case Discussion():
            return [block.question]
        case Table():
            titles = [column.title for column in block.columns if block.name not in {"confusion", "different-settings"}]
            return [block.title, *titles]
        case Figure():
            return [block.title]


def texts_in(report: Report) -> list[str]:
    sections = [section for chapter in report.chapters for section in chapter.sections]
    texts = [report.made, *(section.title for section in sections)]
    return texts + [text for section in sections for block in section.blocks for text in texts_of(block)]


def test_all_sentences_are_translated(store: RunStore) -> None:
    runs = [store.find("first"), store.find("second")]
    report = make_report(runs, ReportOptions(limit=80))
    assert report.language == pseudo.CODE
    # How the training ended was written down then, in English.
    kept = {run.info.message for run in runs}
    found = {text: pseudo.untranslated(text, {*NAMES, *_LAYERS}) for text in texts_in(report) if text not in kept}
    assert {text: words for text, words in found.items() if words} == {}
    assert f'lang="{pseudo.CODE.replace("_", "-")}"' in page_of(report)
