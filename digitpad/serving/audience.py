"""Who listens to the people who draw on the page: the class board of the window is one."""

from typing import Protocol

from digitpad.data.ink import Drawing
from digitpad.reading.number_reading import NumberReading


class Audience(Protocol):
    """Listens to the people who draw on the page.

    All methods are called in the server's thread and return at once: what takes longer goes to another thread.
    """

    def joined(self, client: str) -> None:
        """Note that a page was opened.

        Parameters
        ----------
        client
            A random identifier of the person's page; a page that reconnects has the one it had before.
        """
        ...

    def named(self, client: str, name: str) -> None:
        """Take a name: plain text of at most 40 characters; an empty one withdraws it."""
        ...

    def consented(self, client: str, agrees: bool) -> None:
        """Note that someone agrees, or no longer agrees, that the drawings are kept as a collection."""
        ...

    def drew(self, client: str, drawing: Drawing, reading: NumberReading) -> None:
        """Take the latest drawing and its reading; a drawing without strokes was cleared."""
        ...

    def left(self, client: str) -> None:
        """Note that a page was closed, or its connection was lost."""
        ...
