"""Messages to the running window: what any program of the user's may send to its socket."""

import json
import socket
import struct
from pathlib import Path

import numpy as np
from fuzzing import mutated, odd_json

from digitpad.gui.shell.instance import OpenRequests, hand_over


def fuzz(rng: np.random.Generator, folder: Path) -> None:
    """Send one message, and see that the window listens still, and ends when it is closed."""
    where = str(folder / "run" / "w")
    requests = OpenRequests()
    if not requests.listen(where):
        raise AssertionError("the window does not listen")
    try:
        text = json.dumps(odd_json(rng, ["/a.png", "/b.jsonl"])).encode()
        text = rng.choice([mutated(rng, text), b"[" * 200_000, b'["\\u0000"]', b"[" + b"1," * 1000 + b"1]"])
        length = len(text) if rng.random() < 0.7 else int(rng.integers(-(2**31), 2**31))
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(5)
            caller.connect(where)
            caller.sendall(struct.pack("!i", length) + text[: None if rng.random() < 0.8 else 3])
        if not hand_over([Path("/good.png")], where):
            raise AssertionError("the window listens no more")
    finally:
        requests.close()
    if hand_over([Path("/good.png")], where):
        raise AssertionError("the window listens on after its end")
