from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.data.idx import write_idx
from digitpad.sweeps.planning import SweepRequest, plan_sweep
from digitpad.sweeps.pool import Begun, Link, Message, Returned, Told
from digitpad.sweeps.store import Sweep, SweepStore


@dataclass
class _Link:
    pool: "SerialPool"
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_stopping(self) -> bool:
        return self.pool.is_stopping

    def tell(self, value: dict[str, Any]) -> None:
        self.told.append(value)
        self.pool.on_tell(value)


class SerialPool:
    """A pool of one worker, in this process: one task after the other."""

    def __init__(self, on_tell: Callable[[dict[str, Any]], None] = lambda _value: None) -> None:
        self.is_stopping = False
        self.on_tell = on_tell
        self.calls = 0

    def run(
        self, function: Callable[[Any, Link], object], tasks: Sequence[Any]
    ) -> Generator[Message | None, None, None]:
        self.is_stopping = False
        for index, task in enumerate(tasks):
            if self.is_stopping:
                return
            self.calls += 1
            yield Begun(index, "this process")
            link = _Link(self)
            value = function(task, link)
            for told in link.told:
                yield Told(index, told)
            yield Returned(index, value)
            yield None

    def stop(self) -> None:
        self.is_stopping = True


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten classes that any network learns quickly, as a folder: class k is bright at the k-th of ten places."""
    rng = np.random.default_rng(7)
    labels = (np.arange(1200) % 10).astype(np.uint8)
    images = rng.integers(0, 200, (1200, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = 4 + 12 * (label // 5), 1 + 5 * (label % 5)
        image[row : row + 3, column : column + 3] = 255
    folder = tmp_path_factory.mktemp("blobs")
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", labels)
    return folder


@pytest.fixture
def make_sweep(blobs: Path) -> Callable[..., Sweep]:
    """Plan a sweep of a small network on the blobs, and write its record."""

    def make(*space: str, epochs: int = 2, **details: Any) -> Sweep:
        fixed = {"architecture": "mlp", "dataset": str(blobs), "epochs": epochs, "recipe": "usual"}
        info, _sentence = plan_sweep(SweepRequest(space, fixed | details.pop("fixed", {}), **details))
        return SweepStore().create(info)

    return make
