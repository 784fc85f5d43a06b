"""Shared code of the fuzzers: inputs from seeds, each tested in a child process with limits on memory and time.

A fuzzer is a module of this folder with a function `fuzz(rng, folder)`, which makes one input from the generator and
gives it to the program. A `DigitpadError`, which is shown to the user, is allowed; any other error is a finding.
"""

import importlib.util
import multiprocessing
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import numpy as np

from digitpad.errors import DigitpadError

Fuzz = Callable[[np.random.Generator, Path], None]

HERE = Path(__file__).resolve().parent
#: Limits for one input: seconds, and bytes in addition to those of the program itself.
MOST_SECONDS = 10.0
MOST_BYTES = 1536 << 20
_LONGEST_MESSAGE = 2000
#: The monkey starts a window for each input, and plays for a while.
_SECONDS_OF = {"monkey": 180.0}
_BATCH = 20
_BATCH_OF = {"monkey": 1}


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that caused a failure.

    Attributes
    ----------
    fuzzer, seed
        The fuzzer and the seed that reproduce it.
    trouble
        Description of the failure.
    """

    fuzzer: str
    seed: int
    trouble: str


def fuzzers() -> dict[str, Fuzz]:
    """Return all fuzzers by name: every `fuzz_*.py` beside this file."""
    return {path.stem.removeprefix("fuzz_"): _load(path).fuzz for path in sorted(HERE.glob("fuzz_*.py"))}


def try_seed(name: str, fuzz: Fuzz, seed: int) -> Finding | None:
    """Try one input in this process, and return what went wrong."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        attempt = pool.submit(fuzz, np.random.default_rng(seed), Path(folder))
        error = attempt.exception()
    if error is None:
        return None
    message = str(error)
    if not isinstance(error, DigitpadError):
        return Finding(name, seed, "".join(traceback.format_exception(error)))
    if "\n" in message or len(message) > _LONGEST_MESSAGE:
        return Finding(name, seed, f"a message of {len(message)} characters: {message[:200]}")
    return None


def try_seeds(name: str, fuzz: Fuzz, seeds: Sequence[int]) -> list[Finding]:
    """Try inputs in a child process that may take limited memory and time; return what went wrong."""
    findings: list[Finding] = []
    most_seconds = _SECONDS_OF.get(name, MOST_SECONDS)
    waiting = list(seeds)
    while waiting:
        ours, theirs = multiprocessing.Pipe()
        child = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs, name, fuzz, waiting))
        child.start()
        theirs.close()
        while waiting:
            if not ours.poll(most_seconds):
                findings.append(Finding(name, waiting.pop(0), f"no end within {most_seconds:g} s"))
                break
            try:
                finding = ours.recv()
            except EOFError:
                child.join()
                findings.append(Finding(name, waiting.pop(0), f"the process ended with {child.exitcode}"))
                break
            waiting.pop(0)
            if finding is not None:
                findings.append(finding)
        child.kill()
        child.join()
        ours.close()
    return findings


def run_for(seconds: float, seed: int, names: Sequence[str] = ()) -> tuple[int, list[Finding]]:
    """Give every fuzzer the same share of the time, and return how many inputs were tried and what was found."""
    chosen = {name: fuzz for name, fuzz in fuzzers().items() if not names or name in names}
    tried, findings = 0, []
    for name, fuzz in chosen.items():
        end = time.monotonic() + seconds / len(chosen)
        first = seed
        while time.monotonic() < end:
            batch = range(first, first + _BATCH_OF.get(name, _BATCH))
            findings += try_seeds(name, fuzz, batch)
            tried, first = tried + len(batch), first + len(batch)
    return tried, findings


def mutated(rng: np.random.Generator, contents: bytes) -> bytes:
    """Return contents with a few bytes changed, taken out, put in twice, or cut off."""
    data = bytearray(contents)
    for _ in range(int(rng.integers(1, 6))):
        if not data:
            break
        place = int(rng.integers(len(data)))
        length = int(rng.integers(1, 40))
        match int(rng.integers(6)):
            case 0:
                data[place] = int(rng.integers(256))
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length]
            case 3:
                data[place:place] = rng.choice(TOKENS)
            case 4:
                del data[place:]
            case _:
                data[place] ^= 1 << int(rng.integers(8))
    return bytes(data)


TOKENS: list[bytes] = [
    *(b"NaN", b"1e999", b"-1", b"0", b"null", b"true", b"[]", b"{}", b'""', b"1e-320", b"3e38", b"\0", b"\xff\xfe"),
    *(b"99999999999", b"9223372036854775808", b'"\\ud800"', b"[[[[", b'{"a":' * 50, b"\\n", b"../../x", b"<img src=x>"),
]
"""Values that often break parsers."""


def odd_value(rng: np.random.Generator) -> object:
    """Return a value that a JSON file may have where another is expected."""
    values: list[object] = [
        None,
        True,
        -1,
        0,
        3,
        10**9,
        2**63,
        10**30,
        1e300,
        -0.5,
        "",
        "x" * 5000,
        "a\nb",
        "\x00",
        [],
        {},
    ]
    values += ["../../evil", "/etc/passwd", "\ud800", "<b>", [1, 2], {"name": "x"}, "nan", [[[]]], "Conv2D"]
    return values[int(rng.integers(len(values)))]


def odd_json(rng: np.random.Generator, data: object) -> object:
    """Return plain values with some replaced, left out or added, at any depth."""
    if rng.random() < 0.03:
        return odd_value(rng)
    if isinstance(data, dict):
        changed = {key: odd_json(rng, value) for key, value in data.items() if rng.random() > 0.01}
        if rng.random() < 0.02:
            changed["surprise"] = odd_value(rng)
        return changed
    if isinstance(data, list):
        return [odd_json(rng, value) for value in data for _ in range(1 + (rng.random() < 0.02))]
    return data


def _serve(pipe: Connection, name: str, fuzz: Fuzz, seeds: Sequence[int]) -> None:
    _limit_memory()
    for seed in seeds:
        pipe.send(try_seed(name, fuzz, seed))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return
    pages = Path("/proc/self/statm")
    used = int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 4 << 30
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, hard))


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
