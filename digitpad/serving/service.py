"""What all requests of one server share: the reader, the counters, the connected pages, and the question."""

import secrets
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Any

from digitpad.serving.audience import Audience
from digitpad.serving.batch_reader import BatchReader
from digitpad.serving.limits import MOST_PAGES, MOST_PAGES_PER_ADDRESS
from digitpad.serving.metrics import Metrics
from digitpad.serving.reader import ReaderSource

if TYPE_CHECKING:
    from digitpad.serving.session import Session

Message = dict[str, Any]
"""Plain values for JSON."""

#: Pages that are recognized when they connect again; the one that was connected first is forgotten first.
_MOST_KNOWN = 2000


class Service:
    """The state of a server; used in its thread alone, except for the reader and the counters.

    Parameters
    ----------
    source
        Returns what reads.
    audience
        Who listens to those who draw, if anyone.
    """

    def __init__(self, source: ReaderSource, audience: Audience | None = None) -> None:
        self.metrics = Metrics(lambda: len(self._sessions))
        self.reader = BatchReader(source, self.metrics.batch)
        self.audience = audience
        self.buffered = 0  # bytes of requests that are being received
        self._sessions: dict[str, Session] = {}
        self._by_address: Counter[str] = Counter()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._question: Message | None = None

    def has_room(self, address: str, *, is_local: bool) -> bool:
        """Return whether one more page of an address may connect."""
        if len(self._sessions) >= MOST_PAGES:
            return False
        return is_local or self._by_address[address] < MOST_PAGES_PER_ADDRESS

    def identifier(self, claimed: str) -> str:
        """Return the identifier of a page that connects: the one it had before, or a new one.

        Parameters
        ----------
        claimed
            What the page says; only an identifier that this server gave is accepted.
        """
        client = claimed if claimed in self._known else secrets.token_urlsafe(12)
        self._known[client] = None
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return client

    def join(self, session: "Session") -> None:
        """Add a page; it replaces a connection of the same page that was lost without a sign."""
        before = self._sessions.get(session.client)
        if before is not None:
            before.end()
            self._forget(before)
        self._sessions[session.client] = session
        self._by_address[session.address] += 1
        if self.audience is not None:
            self.audience.joined(session.client)
        if self._question is not None:
            session.post(self._question)

    def leave(self, session: "Session") -> None:
        """Remove a page, unless another connection has replaced it."""
        if self._sessions.get(session.client) is session:
            self._forget(session)

    def announce(self, message: Message) -> None:
        """Send a message to all pages; a question is also sent to those that join later."""
        if message.get("type") == "question":
            self._question = message if message.get("label") is not None else None
        for session in list(self._sessions.values()):
            session.post(message)

    def _forget(self, session: "Session") -> None:
        del self._sessions[session.client]
        self._by_address[session.address] -= 1
        if not self._by_address[session.address]:
            del self._by_address[session.address]
        if self.audience is not None:
            self.audience.left(session.client)
