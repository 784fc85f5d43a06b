"""A MkDocs hook, named in `mkdocs.yml`, that adds documents outside `docs/` to the site.

Some documents belong next to the code, where repositories and packages show them: the README, the changelog and the
model cards. They become pages of the site as well. Links are written for the repository and are rewritten for the site:
a link to such a document leads to its page, and a link to any other file becomes plain text.
"""

import importlib
import posixpath
import re
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/*.md")
_CARDS = "cards"  # folder of the model cards; docs/models.md already uses the name of theirs
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the documents that lie outside `docs/` as pages; called by MkDocs."""
    # MkDocs is installed only where the site is built.
    make = importlib.import_module("mkdocs.structure.files").File.generated
    for path in documents():
        files.append(make(config, page_of(path), content=(_ROOT / path).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_others: Any) -> str:
    """Rewrite the links of a page for the site; called by MkDocs."""
    return with_site_links(markdown, page.file.src_uri)


def documents() -> list[str]:
    """Return the documents outside `docs/` that are pages, relative to the repository."""
    return sorted(path.relative_to(_ROOT).as_posix() for pattern in _DOCUMENTS for path in _ROOT.glob(pattern))


def page_of(path: str) -> str | None:
    """Return the page that shows a file, relative to the site; None if no page does.

    Parameters
    ----------
    path
        Relative to the repository, with forward slashes.
    """
    if path == "README.md":
        return "installation.md"  # a page README.md would be the site's first page, as index.md is
    if path in documents():
        return f"{_CARDS}/{posixpath.basename(path)}" if path.startswith("models/") else path
    return path.removeprefix("docs/") if path.startswith("docs/") and (_ROOT / path).is_file() else None


def with_site_links(markdown: str, page: str) -> str:
    """Return the text of a page with links that are valid on the site.

    Parameters
    ----------
    markdown
        The text, with links that are valid in the repository.
    page
        The page, relative to the site.
    """
    sources = {page_of(path): path for path in documents()}
    source = sources.get(page, f"docs/{page}")

    def on_site(target: str) -> str | None:
        wanted = page_of(posixpath.normpath(posixpath.join(posixpath.dirname(source), target)))
        return None if wanted is None else posixpath.relpath(wanted, posixpath.dirname(page) or ".")

    def change_link(found: re.Match[str]) -> str:
        if "://" in found["target"]:
            return found[0]
        target = on_site(found["target"])
        return found["text"] if target is None else f"[{found['text']}]({target}{found['anchor'] or ''})"

    def change_picture(found: re.Match[str]) -> str:
        return f"![{found['text']}]({on_site(found['target']) or found['target']})"

    return _PICTURE.sub(change_picture, _LINK.sub(change_link, markdown))
