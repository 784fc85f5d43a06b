"""The documents beside `docs/` are pages of the site, and links hold there."""

import pytest
import site_pages
from site_pages import page_of, with_site_links


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("README.md", "installation.md"),
        ("ARCHITECTURE.md", "ARCHITECTURE.md"),
        ("models/light.md", "cards/light.md"),
        ("docs/manual.md", "manual.md"),
        ("docs/pictures/draw.png", "pictures/draw.png"),
        ("digitpad/nn/layer.py", None),
        ("docs/missing.md", None),
    ],
)
def test_a_file_has_its_page_or_none(path: str, page: str | None) -> None:
    assert page_of(path) == page


@pytest.mark.parametrize(
    ("page", "written", "shown"),
    [
        ("installation.md", "[Manual](docs/manual.md#executables)", "[Manual](manual.md#executables)"),
        ("installation.md", "![a](docs/pictures/draw.png)", "![a](pictures/draw.png)"),
        ("models.md", "[card](../models/light.md)", "[card](cards/light.md)"),
        ("library.md", "[layer.py](../digitpad/nn/layer.py)", "layer.py"),
        ("decisions/index.md", "[x](0001-arrays.md) [y](../../README.md)", "x [y](../installation.md)"),
        ("manual.md", "[x](https://example.org/a.md)", "[x](https://example.org/a.md)"),
    ],
)
def test_links_hold_on_the_site(page: str, written: str, shown: str) -> None:
    assert with_site_links(written, page) == shown


def test_the_documents_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/digitpad.md"} <= set(site_pages.documents())
