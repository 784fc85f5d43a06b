"""Connections that do not wait forever for a request."""

import asyncio
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from digitpad.serving.limits import HEADERS_WITHIN


class PatientProtocol(H11Protocol):
    """A connection that is closed if the headers of a request do not arrive in time.

    uvicorn itself only limits the time between two requests: a client that connects and sends nothing, or a letter
    every few seconds, would keep its connection for as long as it wants.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take data; with the last line of the headers, the waiting ends."""
        super().data_received(data)
        if self._deadline is None:
            return
        if self.conn.their_state in {h11.SEND_BODY, h11.DONE} and not self.cycle.response_complete:
            self._stop_waiting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to the WebSocket, which has its own limits."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        # A request that had been sent ahead is being answered already.
        if self.cycle.response_complete and not self.transport.is_closing():
            self._expect_request()

    def _expect_request(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(HEADERS_WITHIN, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
