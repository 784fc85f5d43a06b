"""`digitpad serve`: read drawings that browsers and programs send."""

import signal
import sys
import threading
from types import FrameType

from digitpad.commands.output import flush, say, say_json
from digitpad.extras import optional
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from digitpad.serving.addresses import ALL_INTERFACES, LOOPBACK, new_code
from digitpad.serving.packages import require_packages
from digitpad.translation import gettext as _


def serve(*, model: str | None, port: int, share: bool, json: bool) -> None:
    """Serve until Ctrl-C, or until the process is asked to end.

    Parameters
    ----------
    model
        Name or file of the model; None for the default.
    port
        The port; 0 for any that is free.
    share
        Whether others on the network are served, at an address with a random code; if not, this computer alone.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the extra `serve` is not installed, the model cannot be loaded, or the port cannot be used.
    """
    require_packages()
    # Imported here, since they need that extra.
    from digitpad.serving.server import Server

    reader = Recognizer(load_model(model))
    code = new_code() if share else None
    server = Server(lambda: reader, host=ALL_INTERFACES if share else LOOPBACK, port=port, code=code)
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.start()
        _report(server.addresses, reader.model.name, share=share, json=json)
        # A wait without an end could not be interrupted on Windows.
        while not ended.wait(0.5):
            pass
    finally:
        server.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(addresses: tuple[str, ...], model: str, *, share: bool, json: bool) -> None:
    address = addresses[0]
    if json:
        say_json({"address": address, "addresses": list(addresses), "model": model, "shared": share})
        flush()
        return
    if share:
        say(_("Everyone on this network who has this address can draw: {address}").format(address=address))
        for other in addresses[1:]:
            say(_("or, on another network: {address}").format(address=other))
        _show_code(address)
    else:
        say(_("Draw at {address} (on this computer; --share is for the network)").format(address=address))
    say(_("{model} reads. For programs: {address}examples").format(model=model, address=address))
    say(_("Stop with Ctrl-C."))
    flush()


def _show_code(address: str) -> None:
    """Show the address as a QR code, on a terminal."""
    segno = optional("segno")
    if segno is not None and sys.stdout is not None and sys.stdout.isatty():
        segno.make(address, error="m", micro=False).terminal(out=sys.stdout, border=2, compact=True)
