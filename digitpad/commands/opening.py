"""Opens datasets for the commands, with progress where that takes long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from digitpad.commands.output import progress_bar
from digitpad.data.dataset import Dataset
from digitpad.data.lazy_pictures import Progress
from digitpad.data.paper import Pages
from digitpad.data.sources import open_samples
from digitpad.translation import gettext as _


def open_with_progress(
    source: str, split: Literal["train", "test"], shape: tuple[int, ...] | None, *, hidden: bool
) -> Dataset | Pages:
    """Open a dataset, and show how many pictures of a folder are examined and how long it still takes.

    Parameters
    ----------
    source, split, shape
        See `open_samples`.
    hidden
        Whether to show nothing (`--json`).

    Raises
    ------
    DigitpadError
        See `open_samples`.
    """
    with opening_bar(source, hidden=hidden) as show:
        return open_samples(source, split, shape=shape, on_progress=show)


@contextmanager
def opening_bar(source: str, *, hidden: bool) -> Iterator[Progress]:
    """Show a bar while a dataset is opened in the block, as soon as there is progress.

    Parameters
    ----------
    source
        The name of the dataset.
    hidden
        Whether to show nothing (`--json`).

    Yields
    ------
    Progress
        The `on_progress` of `open_samples`.
    """
    with progress_bar(hidden=hidden) as bar:
        if bar is None:
            yield lambda _done, _total: None
            return
        task = bar.add_task(_("Opening {name}").format(name=source), total=None, visible=False, detail="")

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True, detail=f"{done:,}/{total:,}")

        yield show
