"""Measure how a folder of 20,000 JPEGs opens: time, peak memory, and how long the window stands still.

    python tests/benchmarks/large_folder.py [--pictures 20000] [--side 240] [--folder DIR] [--json FILE]

The folder is made once, under `--folder`, with pictures of several sizes, some broken ones and other files among them.
The command line inspects it, evaluates on it and trains on part of it, and is interrupted with Ctrl-C in between. The
window opens it in Train (with the network that digitpad suggests, and with `catdog`), trains some steps, evaluates, and
shows it in Look. Every measurement is a process of its own, so that each has its own peak memory.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import PIL.Image
from benchmarking import Figure, finish
from process_memory import watched

_CLASSES = ("cats", "dogs")
_STEPS = 20  # of a training in the window
_GAP, _MEMORY = 50, 1000  # milliseconds, megabytes


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=20_000, help="number of pictures (default: %(default)s)")
    parser.add_argument("--side", type=int, default=240, help="usual side in pixels (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "digitpad-large-folder")
    parser.add_argument("--parts", choices=["all", "command-line", "window"], default="all")
    parser.add_argument("--here", choices=[*_IN_WINDOW], help="measure one part of the window, in this process")
    parser.add_argument("--model", type=Path, help="model for --here")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    folder = options.folder / f"{options.pictures}-{options.side}"
    if options.here:
        print(json.dumps(_measured_here(options.here, folder, options.model)))
        return
    if not (folder / "complete").exists():
        make_folder(folder, options.pictures, options.side)
    with tempfile.TemporaryDirectory() as work:
        found = _measure(folder, Path(work), sys.argv[1:], options.parts)
    figures = []
    for name, values in found.items():
        if "peak_mb" in values:
            figures.append(Figure(f"peak memory, {name}", values["peak_mb"], _MEMORY, at_least=False, unit="MB"))
        if "longest_gap_ms" in values:
            figures.append(Figure(f"longest gap, {name}", values["longest_gap_ms"], _GAP, at_least=False, unit="ms"))
    finish(figures, {"parts": found}, options.json)


def make_folder(folder: Path, count: int, side: int) -> None:
    """Write pictures of two classes, nine tenths of them for training, with other files among them."""
    rng = np.random.default_rng(0)
    sizes = [(side, side), (side * 4 // 3, side), (side, side * 3 // 2), (2 * side, 2 * side)]
    for number in range(count):
        place = folder / ("test" if number % 10 == 9 else "train") / _CLASSES[number // 10 % 2]
        place.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 140, (6, 7, 3), dtype=np.uint8)
        coarse[:, :, number // 10 % 2] += 100
        width, height = sizes[0 if number % 50 else number // 50 % 4]
        picture = PIL.Image.fromarray(coarse).resize((width, height), PIL.Image.Resampling.BICUBIC)
        picture.save(place / f"{number:06}.jpg", quality=90)
    odd = folder / "train" / "cats"
    for number in range(20):
        (odd / f"broken-{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    (odd / "empty.png").write_bytes(b"")
    (odd / "notes.txt").write_text("not a picture")
    PIL.Image.new("RGB", (8700, 5800), (90, 120, 60)).save(odd / "fifty-megapixels.jpg")
    (folder / "complete").write_text("")


def _measure(folder: Path, work: Path, words: list[str], parts: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, values in _measuring(folder, work, words, parts):
        print(f"== {name}:", ", ".join(f"{key} {value:g}" for key, value in values.items()), flush=True)
        found[name] = values
    return found


def _measuring(folder: Path, work: Path, words: list[str], parts: str) -> Iterator[tuple[str, dict[str, float]]]:
    os.environ.update(dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(work)))
    program = [sys.executable, "-m", "digitpad"]
    model = work / "catdog.safetensors"
    train = [*program, "train", "--dataset", str(folder), "--architecture", "catdog", "--epochs", "1"]
    stopped = [*train, "--output", str(work / "stopped.safetensors")]
    train += ["--output", str(model), "--limit", "320"]
    if parts == "window":
        # The window needs the model.
        _timed(train)
    else:
        yield from _on_command_line(folder, program, train, stopped, model)
    for part in _IN_WINDOW if parts != "command-line" else ():
        command = [sys.executable, __file__, *words, "--here", part, "--model", str(model)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        yield f"window, {part}", json.loads(done.stdout.splitlines()[-1])


def _on_command_line(
    folder: Path, program: list[str], train: list[str], stopped: list[str], model: Path
) -> Iterator[tuple[str, dict[str, float]]]:
    yield "digitpad inspect", _timed([*program, "inspect", str(folder)])
    yield "digitpad train, catdog, 320 pictures", _timed(train)
    evaluate = [*program, "evaluate", "--model", str(model), "--dataset", str(folder)]
    yield "digitpad evaluate, catdog", _timed(evaluate)
    yield "Ctrl-C while the folder opens", _interrupted(stopped, 2.0)
    yield "Ctrl-C in the first epoch", _interrupted([*stopped, "--validation", "16"], 40.0)


def _timed(command: list[str]) -> dict[str, float]:
    start = time.perf_counter()
    peak = watched(command).megabytes
    return {"seconds": round(time.perf_counter() - start, 1), "peak_mb": round(peak)}


def _interrupted(command: list[str], after: float) -> dict[str, float]:
    """Press Ctrl-C after some seconds; return the exit code, the time until the end and the lines of a traceback."""
    # A script that was started in the background ignores Ctrl-C, and so would its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    start = time.perf_counter()
    _output, errors = process.communicate()
    print(errors.strip())
    return {
        "exit_code": process.returncode,
        "seconds_to_end": round(time.perf_counter() - start, 2),
        "tracebacks": errors.count("Traceback"),
    }


# In the window


def _measured_here(part: str, folder: Path, model: Path) -> dict[str, float]:
    from digitpad import paths

    with tempfile.TemporaryDirectory() as home:
        paths.user_data_dir = paths.user_config_dir = paths.user_log_dir = lambda: Path(home)
        return _Bench(Path(home), folder, model).measure(_IN_WINDOW[part])


class _Bench:
    """The window, its heartbeat, and what is measured of it."""

    def __init__(self, home: Path, folder: Path, model: Path) -> None:
        from digitpad.gui.shell.app import make_application
        from digitpad.gui.shell.main_window import MainWindow
        from digitpad.gui.widgets.theme import Theme
        from digitpad.gui.workers.heartbeat import Heartbeat
        from digitpad.gui.workspace.settings import Settings

        self.folder, self.model = folder, model
        self.application = make_application()
        self.window = MainWindow(Theme("light"), Settings(home / "bench.ini"))
        self.window.resize(1280, 800)
        self.window.show()
        self.heart = Heartbeat(self.window)

    def measure(self, work: "Callable[[_Bench], dict[str, float]]") -> dict[str, float]:
        """Do one part; return its figures with the gaps of the event loop and the peak memory."""
        import resource

        found = work(self)
        self.heart.stop()
        found["longest_gap_ms"] = round(self.heart.longest, 1)
        found["p99_gap_ms"] = self.heart.percentile(99)
        found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
        self.window.close()
        return found

    def show(self, name: str) -> Any:
        """Show a tab, and start to measure once it is visible."""
        tab = self.window.go_to(name)
        self.wait(lambda: False, 1.0)
        self.heart.start()
        return tab

    def wait(self, ready: Callable[[], bool], seconds: float = 600.0) -> float:
        """Run the event loop until something is ready; return the seconds that it took."""
        from PySide6.QtCore import QEventLoop

        start = time.perf_counter()
        while not ready() and time.perf_counter() - start < seconds:
            self.application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            # The loop of a program waits between events; this one looks again after a moment.
            time.sleep(0.001)
        return round(time.perf_counter() - start, 1)


def _train(bench: _Bench, network: str | None) -> dict[str, float]:
    from digitpad.gui.widgets.fields import ComboBox

    tab = bench.show("Train")
    tab.setup.use_data(str(bench.folder))
    found = {"open_s": bench.wait(lambda: not tab.note.is_reading)}
    if network is not None:
        choice = tab.findChild(ComboBox, "trainNetwork")
        choice.choose(network)
        choice.activated.emit(choice.currentIndex())
        found["open_again_s"] = bench.wait(lambda: not tab.note.is_reading)
    print(tab.note.text, file=sys.stderr)
    tab.editor.change(validation=16)
    tab.start_or_hold()

    def has_steps() -> bool:
        step = None if tab.session.record is None else tab.session.record.step
        return not tab.session.is_on or (step is not None and step.step >= _STEPS)

    found["first_steps_s"] = bench.wait(has_steps)
    tab.session.stop()
    found["stop_s"] = bench.wait(lambda: not tab.session.is_on)
    print(tab.notice.text, file=sys.stderr)
    return found


def _stop_reading(bench: _Bench) -> dict[str, float]:
    tab = bench.show("Train")
    tab.setup.use_data(str(bench.folder))
    bench.wait(tab.note.stop_button.isVisible)
    print(tab.note.text, file=sys.stderr)
    tab.note.stop_button.click()
    return {"stop_s": bench.wait(lambda: not tab.note.is_reading)}


def _evaluate(bench: _Bench) -> dict[str, float]:
    tab = bench.show("Evaluate")
    tab.setup.add_model(bench.model)
    tab.setup.add_data(str(bench.folder))
    tab.start.trigger()
    found = {"evaluate_s": bench.wait(lambda: not tab.is_running)}
    bench.wait(lambda: False, 0.5)
    print(tab.setup.status.text(), tab.results.measured and tab.results.measured.images.remarks, file=sys.stderr)
    return found


def _look(bench: _Bench) -> dict[str, float]:
    page = bench.show("Data").page("look")
    # The page itself is made when it is first shown.
    bench.wait(lambda: False, 1.0)
    bench.heart.start()
    page.data.open(str(bench.folder))
    page.load(str(bench.folder))
    found = {"open_s": bench.wait(lambda: page.images is not None and page.images_card.shows_grid)}
    bar = page.grid.verticalScrollBar()
    for stop in np.linspace(0, bar.maximum(), 200).astype(int).tolist():
        bar.setValue(stop)
        bench.wait(lambda: False, 0.02)
    return found


_IN_WINDOW: "dict[str, Callable[[_Bench], dict[str, float]]]" = {
    "Train, suggested network": lambda bench: _train(bench, None),
    "Train, catdog": lambda bench: _train(bench, "catdog"),
    "Train, reading stopped": _stop_reading,
    "Evaluate": _evaluate,
    "Look": _look,
}


if __name__ == "__main__":
    main()
