"""The addresses of a server: where it listens, the code, and what others type to reach it."""

import errno
import ipaddress
import secrets
import socket
import sys
from dataclasses import dataclass

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

LOOPBACK = "127.0.0.1"
"""Reaches this computer alone."""

ALL_INTERFACES = ""
"""Listens to the whole network, as the socket library calls it."""

DEFAULT_PORT = 8020

#: None that look alike on a projector.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 6
#: An address that is reserved for documentation: no packet is sent to it.
_ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a page.

    Attributes
    ----------
    host, port
        The computer, as others reach it, and the port.
    code
        The code at the end; None if the server is for this computer alone.
    """

    host: str
    port: int
    code: str | None = None

    def __str__(self) -> str:
        return f"http://{self.host}:{self.port}/" + (f"{self.code}/" if self.code else "")


def new_code() -> str:
    """Return a random code for an address: one of 900 million."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections.

    Parameters
    ----------
    host
        The IPv4 address to listen at.
    port
        The port; 0 for any that is free.

    Raises
    ------
    DigitpadError
        If the port is in use or not allowed, or the address does not belong to this computer.
    """
    # asyncio sends answers without Nagle's delay only through sockets that name their protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            # There, the other option would let a second program take a port that is in use.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise DigitpadError(_why_not(error, host, port)) from error
    return listener


def own_addresses() -> list[str]:
    """Return the IPv4 addresses at which others on the network reach this computer, the most likely one first.

    Returns
    -------
    list of str
        Empty without a network.
    """
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # The address of the interface from which a packet would be sent.
            probe.connect(_ELSEWHERE)
            found.append(probe.getsockname()[0])
        except OSError:
            found = []
    try:
        names = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        names = []
    found += [str(name[4][0]) for name in names]
    return [address for address in dict.fromkeys(found) if _is_reachable(address)]


def _is_reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_unspecified)


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        text = _("Port {port} is in use, perhaps by another digitpad; choose another one, such as {other}.")
        return text.format(port=port, other=port + 1 if port < 65_535 else DEFAULT_PORT)
    if error.errno == errno.EACCES:
        text = _("Port {port} is reserved or in use; choose another one from 1024 on, such as {other}.")
        return text.format(port=port, other=port + 1 if 1024 <= port < 65_535 else DEFAULT_PORT)
    if error.errno == errno.EADDRNOTAVAIL:
        text = _("{host} is not an address of this computer; leave the address out, or share with --share.")
        return text.format(host=host)
    text = _("The server cannot listen at {host}, port {port} ({reason}); choose another port.")
    return text.format(host=host, port=port, reason=error.strerror or str(error))
