"""What the documents link to is there, and the reading guide leaves nothing out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")})
GUIDE = ROOT / "docs" / "reading-the-network.md"


def _links(document: Path) -> list[str]:
    """Return the files that a document links to, without web addresses and places within a page."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


def test_the_guide_is_among_them_and_has_links() -> None:
    assert GUIDE in DOCUMENTS
    assert len(_links(GUIDE)) >= 30


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_file_that_is_linked_is_there(document: Path) -> None:
    assert [link for link in _links(document) if not (document.parent / link).exists()] == []


def test_the_guide_names_every_file_of_the_library_once() -> None:
    library = ROOT / "digitpad" / "nn"
    linked = [(GUIDE.parent / link).resolve() for link in _links(GUIDE)]
    files = {path for path in library.rglob("*.py") if path.name != "__init__.py"}

    assert {path.relative_to(ROOT).as_posix() for path in files - set(linked)} == set()
    assert len(linked) == len(set(linked))


def test_the_names_of_the_guides_links_are_their_files() -> None:
    named = re.findall(r"\[`([^`]+)`\]\(\.\./digitpad/nn/([^)]+)\)", GUIDE.read_text(encoding="utf-8"))

    assert len(named) >= 30
    assert [(name, target) for name, target in named if not target.endswith(name)] == []
