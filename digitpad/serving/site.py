"""The files of the page, with their texts in the current language."""

import html
from functools import cache
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import Response

from digitpad.serving.texts import page_texts

_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
ASSETS = ("connection.js", "examples.css", "icon.svg", "pad.js", "page.css", "page.js", "reading.js")
"""The files that the pages need; nothing else is served from the folder."""


async def page(_request: Request) -> Response:
    """Return the page to draw on."""
    return Response(page_html("index.html"), media_type=_TYPES["html"])


async def asset(request: Request) -> Response:
    """Return one of the files that a page needs."""
    name = request.url.path.rpartition("/")[2]
    return Response(_contents(name), media_type=_TYPES[name.rpartition(".")[2]])


def page_html(name: str, **more: str) -> str:
    """Return an HTML file with its texts filled in.

    Parameters
    ----------
    name
        The file.
    more
        Further texts, by the name in the file.
    """
    texts = {key: html.escape(text) for key, text in (page_texts() | more).items()}
    return Template(_contents(name).decode()).substitute(texts)


@cache
def _contents(name: str) -> bytes:
    return files("digitpad.serving").joinpath("page", name).read_bytes()
