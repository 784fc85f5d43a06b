"""Counts what the server does, and writes it as Prometheus reads it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from threading import Lock

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SIZES = (1, 2, 4, 8, 16)


class Metrics:
    """The counters of a server; safe to use in several threads.

    Parameters
    ----------
    pages
        Returns the number of connected pages.
    """

    def __init__(self, pages: Callable[[], int]) -> None:
        self._pages = pages
        self._lock = Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._events: Counter[str] = Counter()
        self._waits = {"http": _Histogram(_SECONDS), "websocket": _Histogram(_SECONDS)}
        self._batches = _Histogram(_SIZES)

    def request(self, route: str, status: int) -> None:
        """Count a request: the name of its route, and the status of the response."""
        with self._lock:
            self._requests[route, status] += 1

    def answered(self, way: str, seconds: float) -> None:
        """Count an answer: `http` or `websocket`, and the time from the end of the request until it was read."""
        with self._lock:
            self._waits[way].add(seconds)

    def batch(self, size: int) -> None:
        """Count a batch of drawings that were read together."""
        with self._lock:
            self._batches.add(size)

    def event(self, name: str) -> None:
        """Count something else: `wrong_code`, `too_many`, `dropped` (a slow client) or `fault`."""
        with self._lock:
            self._events[name] += 1

    def text(self) -> str:
        """Return all counters in the text format of Prometheus."""
        with self._lock:
            lines = _head("digitpad_requests_total", "counter", "Requests by route and status.")
            lines += [
                f'digitpad_requests_total{{route="{route}",status="{status}"}} {count}'
                for (route, status), count in sorted(self._requests.items())
            ]
            lines += _head("digitpad_answer_seconds", "histogram", "Time until a drawing or picture was read.")
            for way, waits in self._waits.items():
                lines += waits.lines("digitpad_answer_seconds", f'way="{way}"')
            lines += _head("digitpad_batch_size", "histogram", "Drawings that were read together.")
            lines += self._batches.lines("digitpad_batch_size", "")
            lines += _head("digitpad_events_total", "counter", "Clients that were slowed down, refused or dropped.")
            lines += [
                f'digitpad_events_total{{event="{name}"}} {self._events[name]}'
                for name in ("wrong_code", "too_many", "dropped", "fault")
            ]
        lines += _head("digitpad_pages", "gauge", "Connected pages.")
        lines.append(f"digitpad_pages {self._pages()}")
        return "\n".join(lines) + "\n"


class _Histogram:
    """Counts values by upper bounds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def lines(self, name: str, labels: str) -> list[str]:
        bounds = [*map(str, self._bounds), "+Inf"]
        comma = "," if labels else ""
        counts = list(accumulate(self._counts))
        lines = [
            f'{name}_bucket{{{labels}{comma}le="{bound}"}} {count}' for bound, count in zip(bounds, counts, strict=True)
        ]
        of = f"{{{labels}}}" if labels else ""
        return [*lines, f"{name}_sum{of} {self._sum:.6f}", f"{name}_count{of} {counts[-1]}"]


def _head(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
