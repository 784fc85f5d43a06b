"""A browser without a window, driven through WebDriver: Debian's `chromium` and `chromium-driver`."""

import base64
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: The key of an element in the protocol.
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_STARTS_WITHIN = 60.0
_WAITS = 30.0
_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")


def is_available() -> bool:
    """Return whether the browser and its driver are installed."""
    return shutil.which("chromium") is not None and shutil.which("chromedriver") is not None


class Browser:
    """A running browser."""

    def __init__(self, base: str) -> None:
        self._base = base

    def open(self, address: str) -> None:
        self._call("POST", "/url", {"url": address})

    def script(self, code: str, *arguments: object) -> Any:
        """Run the body of a function in the page and return what it returns."""
        return self._call("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def text(self, selector: str) -> str:
        return str(self.script("return document.querySelector(arguments[0]).textContent", selector))

    def click(self, selector: str) -> None:
        self._call("POST", f"/element/{self._find(selector)[_ELEMENT]}/click", {})

    def type(self, selector: str, text: str) -> None:
        self._call("POST", f"/element/{self._find(selector)[_ELEMENT]}/value", {"text": text})

    def wait(self, code: str, *arguments: object) -> Any:
        """Wait until a script returns something true, and return that."""
        end = time.monotonic() + _WAITS
        while time.monotonic() < end:
            found = self.script(code, *arguments)
            if found:
                return found
            # The page works in the meantime.
            self._call("POST", "/execute/async", {"script": "setTimeout(arguments[0], 50)", "args": []})
        raise TimeoutError(f"never true: {code}")

    def draw(self, kind: str, points: Sequence[tuple[float, float]], selector: str = "#canvas") -> None:
        """Draw one stroke with a pointer of a kind: mouse, touch or pen; in shares of the element's sides."""
        box = self.script(
            "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [b.left, b.top, b.width, b.height]",
            selector,
        )
        places = [(round(box[0] + x * box[2]), round(box[1] + y * box[3])) for x, y in points]
        moves = [{"type": "pointerMove", "duration": 20, "x": x, "y": y} for x, y in places]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        pointer = {"type": "pointer", "id": kind, "parameters": {"pointerType": kind}, "actions": actions}
        self._call("POST", "/actions", {"actions": [pointer]})

    def press(self, keys: str) -> None:
        """Press keys one after the other, as their characters or WebDriver's code points."""
        actions = [{"type": step, "value": key} for key in keys for step in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def devtools(self, command: str, **parameters: object) -> Any:
        """Run a command of Chromium's own protocol, for the size of the screen and the colour scheme."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screen(self, width: int, height: int, scheme: str = "light", *, phone: bool = False) -> None:
        """Set the size of the screen and the colour scheme."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.devtools("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def complaints(self, address: str) -> list[str]:
        """Return the errors that a page of a server has written to the console, such as violations of the policy."""
        entries = self._call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE" and address in entry["message"]]

    def close(self) -> None:
        self._call("DELETE", "")

    def _find(self, selector: str) -> Any:
        return self._call("POST", "/element", {"using": "css selector", "value": selector})

    def _call(self, method: str, path: str, body: object = None) -> Any:
        return call(method, self._base + path, body)


def call(method: str, address: str, body: object = None) -> Any:
    """Send a command of the protocol, and return its value."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
    try:
        connection.request(method, place.path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        value = json.load(response)["value"]
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(value["message"])
    return value


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [str(shutil.which("chromedriver")), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_until_ready(base)
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": list(_ARGUMENTS), "binary": shutil.which("chromium")},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        session = call("POST", f"{base}/session", {"capabilities": {"alwaysMatch": wanted}})
        running = Browser(f"{base}/session/{session['sessionId']}")
        try:
            yield running
        finally:
            running.close()
    finally:
        driver.terminate()
        driver.wait(20)


def _wait_until_ready(base: str) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end:
        with suppress(ConnectionError):
            if call("GET", f"{base}/status")["ready"]:
                return
    raise TimeoutError("the driver of the browser did not start")
