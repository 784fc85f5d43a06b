"""A real browser opens the page and draws; skipped where Debian's `chromium` and `chromium-driver` are missing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitpad.reading.recognizer import Recognizer
from digitpad.serving.server import Server
from tests.serving import webdriver
from tests.serving.conftest import Listener
from tests.serving.webdriver import Browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not webdriver.is_available(), reason="there is no chromium with chromedriver"),
]

SEVEN = [(0.3, 0.25), (0.5, 0.24), (0.7, 0.25), (0.62, 0.45), (0.52, 0.65), (0.46, 0.8)]
ARROW_RIGHT, ARROW_DOWN, DELETE = "\ue014", "\ue015", "\ue017"
_IS_CONNECTED = "return document.querySelector('#connection').dataset.state === 'connected'"
_SAYS = "return document.querySelector('#label').textContent === arguments[0]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with webdriver.browser() as running:
        yield running


@pytest.fixture
def shared(start: Callable[..., Server], listener: Listener) -> Server:
    return start(code="k7qdm3", audience=listener)


@pytest.mark.parametrize(
    ("kind", "width", "height", "scheme"),
    [
        ("touch", 360, 640, "light"),
        ("touch", 844, 390, "dark"),
        ("mouse", 1280, 720, "light"),
        ("mouse", 1920, 1080, "dark"),
        ("pen", 820, 1180, "light"),
    ],
)
def test_a_seven_is_drawn_and_read(
    browser: Browser, shared: Server, kind: str, width: int, height: int, scheme: str, tmp_path: Path
) -> None:
    browser.screen(width, height, scheme, phone=kind == "touch")
    browser.open(shared.address)
    browser.wait(_IS_CONNECTED)
    browser.draw(kind, SEVEN)
    browser.wait(_SAYS, "7")
    browser.wait("return document.querySelector('.best .class').textContent === '7'")
    assert browser.text("#probability").endswith("%")
    # Nothing scrolls, and nothing is cut off.
    assert browser.script(
        "const page = document.documentElement;"
        "return [page.scrollWidth <= innerWidth, page.scrollHeight <= innerHeight]"
    ) == [True, True]
    assert (
        browser.script(
            "return [...document.querySelectorAll('button, #sheet, #answer, h1')].filter((one) => {"
            "  const box = one.getBoundingClientRect();"
            "  return box.width && (box.left < 0 || box.right > innerWidth || box.bottom > innerHeight);"
            "}).map((one) => one.id)"
        )
        == []
    )
    assert browser.script("return document.querySelector('#sheet').getBoundingClientRect().height") >= 120
    browser.screenshot(tmp_path / "page.png")
    browser.click("#clear")
    browser.wait(_SAYS, "–")
    assert browser.complaints(shared.address) == []


def test_the_keyboard_draws(browser: Browser, shared: Server) -> None:
    browser.screen(1280, 720)
    browser.open(shared.address)
    browser.wait(_IS_CONNECTED)
    browser.script("document.querySelector('#canvas').focus()")
    browser.press(" " + 20 * ARROW_DOWN + " ")
    browser.wait(_SAYS, "1")
    browser.press(DELETE)
    browser.wait(_SAYS, "–")


def test_the_name_and_the_consent_reach_the_audience(browser: Browser, shared: Server, listener: Listener) -> None:
    browser.screen(390, 844, phone=True)
    browser.open(shared.address)
    browser.wait(_IS_CONNECTED)
    browser.click("#person")
    browser.type("#name", "Ada <b>")
    browser.click("#consent")
    browser.click("#done")
    browser.draw("touch", SEVEN)
    browser.wait(_SAYS, "7")
    assert browser.text("#person-name") == "Ada <b>"
    heard = [listener.next() for _ in range(4)]
    client = heard[0][1]
    assert [heard[0], *sorted(heard[1:3])] == [
        ("joined", client),
        ("consented", client, True),
        ("named", client, "Ada <b>"),
    ]
    assert heard[3][:2] == ("drew", client)


def test_the_question_is_shown_as_text(browser: Browser, shared: Server) -> None:
    browser.open(shared.address)
    browser.wait(_IS_CONNECTED)
    shared.announce({"type": "question", "text": "Draw a 4 <img src=x onerror=alert(1)>", "label": "4"})
    browser.wait("return document.querySelector('#question').textContent.startsWith('Draw a 4 <img')")
    assert browser.script("return document.images.length") == 0
    shared.announce({"type": "question", "text": "", "label": None})
    browser.wait("return document.querySelector('#question').textContent === 'Draw a digit'")


def test_the_page_reconnects_and_keeps_the_drawing(
    browser: Browser, recognizer: Recognizer, listener: Listener
) -> None:
    server = Server(lambda: recognizer, port=0, code="k7qdm3", audience=listener)
    place = server.start()
    again = Server(lambda: recognizer, port=place.port, code="k7qdm3", audience=listener)
    try:
        browser.open(str(place))
        browser.wait(_IS_CONNECTED)
        server.stop()
        browser.wait("return document.querySelector('#connection').dataset.state === 'reconnecting'")
        browser.draw("mouse", SEVEN)
        browser.wait("return !document.querySelector('#kept').hidden || undefined")
        again.start()
        browser.wait(_IS_CONNECTED)
        browser.wait(_SAYS, "7")
    finally:
        server.stop()
        again.stop()


def test_the_examples_are_readable(browser: Browser, shared: Server) -> None:
    browser.screen(390, 844, phone=True)
    browser.open(shared.address + "examples")
    assert f"curl {shared.address}predict" in browser.text("pre")
    assert browser.script("return document.documentElement.scrollWidth <= innerWidth")
    assert browser.complaints(shared.address) == []
