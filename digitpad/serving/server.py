"""The prediction server: uvicorn in a thread of its own, which the window and `digitpad serve` start and stop."""

import asyncio
import logging
import socket
import threading
from contextlib import suppress

import uvicorn

from digitpad.errors import DigitpadError
from digitpad.serving.addresses import ALL_INTERFACES, DEFAULT_PORT, LOOPBACK, Address, listen, own_addresses
from digitpad.serving.application import make_application
from digitpad.serving.audience import Audience
from digitpad.serving.limits import MOST_CONNECTIONS, MOST_MESSAGE, PING_EVERY, PONG_WITHIN
from digitpad.serving.patience import PatientProtocol
from digitpad.serving.reader import ReaderSource
from digitpad.serving.service import Message, Service
from digitpad.translation import gettext as _

_KEEP_ALIVE = 15  # seconds between two requests of a connection
_STOPS_WITHIN = 3  # seconds for answers that are on their way
_BACKLOG = 256


class Server:
    """Serves the page, and reads what is sent.

    Parameters
    ----------
    source
        Returns what reads, see `digitpad.serving.reader`.
    host
        The address to listen at: this computer alone, or `ALL_INTERFACES` for the network.
    port
        The port; 0 for any that is free.
    code
        What the path of every address begins with; required for the network.
    audience
        Who listens to those who draw.

    Raises
    ------
    ValueError
        If the network would reach it without a code.
    """

    def __init__(
        self,
        source: ReaderSource,
        *,
        host: str = LOOPBACK,
        port: int = DEFAULT_PORT,
        code: str | None = None,
        audience: Audience | None = None,
    ) -> None:
        if host != LOOPBACK and not code:
            raise ValueError(f"Server: host {host} needs a code; only {LOOPBACK} may be served without one")
        self._source, self._audience = source, audience
        self._host, self._port, self._code = host, port, code or None
        self._running: _Running | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the page, the most likely one first; empty while it is not served."""
        running = self._running
        return () if running is None else tuple(map(str, running.addresses))

    @property
    def address(self) -> str:
        """The address of the page to show and to put into a QR code; empty while it is not served."""
        return next(iter(self.addresses), "")

    def start(self) -> Address:
        """Listen, and serve in a thread; return when connections are accepted.

        Raises
        ------
        DigitpadError
            If the port is in use, or cannot be listened at; the message says what to do.
        RuntimeError
            If the server already runs.
        """
        if self._running is not None:
            raise RuntimeError("Server.start: already started")
        listener = listen(self._host, self._port)
        port = listener.getsockname()[1]
        hosts = own_addresses() if self._host == ALL_INTERFACES else [self._host]
        addresses = [Address(host, port, self._code) for host in hosts or [LOOPBACK]]
        service = Service(self._source, self._audience)
        config = uvicorn.Config(
            make_application(service, self._code),
            http=PatientProtocol,
            ws="websockets-sansio",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_STOPS_WITHIN,
            ws_max_size=MOST_MESSAGE,
            ws_ping_interval=PING_EVERY,
            ws_ping_timeout=PONG_WITHIN,
            ws_per_message_deflate=False,
        )
        _quiet()
        running = _Running(config, service, addresses)
        running.begin([listener])
        self._running = running
        return addresses[0]

    def announce(self, message: Message) -> None:
        """Send a message to all pages; a question is also sent to those that are opened later.

        It may be called in any thread, and does nothing while the server does not run.

        Parameters
        ----------
        message
            Values for JSON, such as ``{"type": "question", "text": "Draw a 4", "label": "4"}``.
        """
        if self._running is not None:
            self._running.announce(message)

    def stop(self) -> None:
        """Close all connections, and wait for the end; it may be called in any thread, and again."""
        running, self._running = self._running, None
        if running is not None:
            running.end()


class _Running(uvicorn.Server):
    """A server that runs."""

    def __init__(self, config: uvicorn.Config, service: Service, addresses: list[Address]) -> None:
        super().__init__(config)
        self.addresses = addresses
        self._service = service
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digitpad-server", daemon=True)

    def begin(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets
        self._thread.start()
        self._is_ready.wait()
        if not self.started:
            raise DigitpadError(_("The server could not be started; the details are in the log."))

    def announce(self, message: Message) -> None:
        loop = self._loop
        if loop is not None:
            # The loop may have ended in this moment.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._service.announce, message)

    def end(self) -> None:
        self.should_exit = True
        self._thread.join()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._is_ready.set()

    def _run(self) -> None:
        try:
            self.run(self._sockets)
        finally:
            self._is_ready.set()
            self._service.reader.close()


def _quiet() -> None:
    """Keep uvicorn from writing about clients to the terminal: `door` records what is a bug."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
