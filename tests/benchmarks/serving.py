"""Measure the prediction server, beside the textbook's, and with a class of pages.

    python tests/benchmarks/serving.py [--seconds 30] [--rounds 2] [--pages 30] [--draw 60] [--json FILE]

`wrk` (Debian's package) sends drawings of 30 writers to `POST /predict` over 8 connections that are kept alive, to
`digitpad serve` and to Flask's development server around the same recognizer, in turns. Then pages draw over
WebSockets: each sends its growing drawing as the page does, when the last one has been answered. Flask and `wrk` are
needed here alone: `pip install -e ".[benchmark,serve]"`.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from digitpad.data.pen import pen_drawings

HERE = Path(__file__).resolve().parent
CONNECTIONS = 8
_DRAWINGS = 3000  # more than the readers keep in their caches
_POINTS_AT_ONCE = 2
_PAUSE = 0.06  # seconds, as in the page
_BETWEEN = 0.5  # seconds until the next digit
_SCRIPT = """
local bodies, place = {}, 0
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
request = function()
  place = place % #bodies + 1
  return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, bodies[place])
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "status": %d, "socket": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    name: str
    address: str
    process: "subprocess.Popen[str]"

    def megabytes(self) -> float:
        """Return the memory that the server uses."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor_seconds(self) -> float:
        """Return the processor time that the server has taken, which other programs hardly change."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description="Requests a second, and the latency of pages.")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--draw", type=float, default=60.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; on Debian: apt-get install wrk")
    with (
        served("digitpad", "-m", "digitpad", "serve", "--port", "0", "--json") as ours,
        served("textbook", str(HERE / "textbook_server.py")) as theirs,
        tempfile.TemporaryDirectory() as folder,
    ):
        loads = [
            load(server, Path(folder), options.seconds) for _ in range(options.rounds) for server in (ours, theirs)
        ]
        drawn = asyncio.run(draw_pages(ours.address, options.pages, options.draw))
        memory = ours.megabytes()
    rates = {
        name: statistics.median(one["per_second"] for one in loads if one["server"] == name)
        for name in (ours.name, theirs.name)
    }
    titles = f"{'requests/s':>11} {'processor':>9} {'median':>10} {'99 %':>10} {'errors':>7} {'memory':>17}"
    print(f"{'server':<10} {titles}")
    for one in loads:
        memories = f"{one['megabytes_before']:.0f} -> {one['megabytes_after']:.0f} MB"
        times = f"{one['processor_ms']:>6.2f} ms {one['p50_ms']:>7.1f} ms {one['p99_ms']:>7.1f} ms"
        print(f"{one['server']:<10} {one['per_second']:>11.0f} {times} {one['errors']:>7} {memories:>17}")
    ratio = rates[ours.name] / rates[theirs.name]
    print(f"digitpad answers {ratio:.2f} times as many requests a second (target: 2)")
    print(
        f"{options.pages} pages: {drawn['per_second']:.0f} answers a second, median {drawn['p50_ms']:.1f} ms, "
        f"95 % within {drawn['p95_ms']:.1f} ms (target: 100), then {memory:.0f} MB"
    )
    if options.json is not None:
        options.json.write_text(json.dumps({"loads": loads, "ratio": ratio, "pages": drawn}, indent=1) + "\n")


@contextmanager
def served(name: str, *words: str) -> Iterator[Served]:
    """Start a server, and stop it at the end of the block."""
    unset = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {key: value for key, value in os.environ.items() if key not in unset} | {"OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(HERE.parents[1])
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            said = "" if process.stdout is None else process.stdout.readline()
            yield Served(name, json.loads(said)["address"], process)
        finally:
            process.terminate()


def load(server: Served, folder: Path, seconds: int) -> dict[str, Any]:
    """Send drawings for some seconds with wrk, and return what it has measured."""
    bodies, script = folder / "bodies", folder / "post.lua"
    if not bodies.exists():
        bodies.write_text("".join(json.dumps(body) + "\n" for body in ink()))
        script.write_text(_SCRIPT)
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script)]
    before, processor = server.megabytes(), server.processor_seconds()
    done = subprocess.run(
        [*words, f"{server.address}predict"],
        env=os.environ | {"BODIES": str(bodies)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        "server": server.name,
        "per_second": found["requests"] / (found["microseconds"] / 1e6),
        "processor_ms": 1000 * (server.processor_seconds() - processor) / max(found["requests"], 1),
        "p50_ms": found["p50"] / 1000,
        "p99_ms": found["p99"] / 1000,
        "errors": found["status"] + found["socket"],
        "megabytes_before": before,
        "megabytes_after": server.megabytes(),
    }


def ink() -> list[dict[str, Any]]:
    """Return drawings of all writers, as requests."""
    drawings = pen_drawings()
    return [
        {"strokes": [stroke.tolist() for stroke in one.strokes], "width": one.width, "height": one.height}
        for one in drawings[:: max(len(drawings) // _DRAWINGS, 1)][:_DRAWINGS]
    ]


async def draw_pages(address: str, pages: int, seconds: float) -> Mapping[str, float]:
    """Let pages draw at once, and return the latency of their answers."""
    drawings = ink()
    end = time.monotonic() + seconds
    shares = [drawings[number::pages] for number in range(pages)]
    found = await asyncio.gather(*(_draw_page(address, share, end) for share in shares))
    times = sorted(1000 * one for page in found for one in page)
    return {
        "pages": pages,
        "per_second": len(times) / seconds,
        "p50_ms": statistics.median(times),
        "p95_ms": times[int(0.95 * len(times))],
        "worst_ms": times[-1],
    }


async def _draw_page(address: str, drawings: list[dict[str, Any]], end: float) -> list[float]:
    times: list[float] = []
    async with connect(f"ws{address.removeprefix('http')}socket") as socket:
        await socket.recv()
        for drawing in drawings:
            shown: list[list[list[float]]] = []
            for stroke in drawing["strokes"]:
                shown.append([])
                for place in range(0, len(stroke), _POINTS_AT_ONCE):
                    shown[-1] += stroke[place : place + _POINTS_AT_ONCE]
                    begun = time.perf_counter()
                    await socket.send(json.dumps(drawing | {"type": "ink", "n": len(times), "strokes": shown}))
                    message = json.loads(await socket.recv())
                    if message["type"] != "reading" or message["n"] != len(times):
                        raise ValueError(f"a page was told {message}")
                    times.append(time.perf_counter() - begun)
                    if time.monotonic() >= end:
                        return times
                    await asyncio.sleep(max(_PAUSE, 2 * times[-1]))
            await asyncio.sleep(_BETWEEN)
    return times


if __name__ == "__main__":
    main()
