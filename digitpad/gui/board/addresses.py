"""The addresses at which other devices reach this computer."""

import contextlib
import socket
import struct
import sys
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"

_ANYWHERE = ("192.0.2.1", 9)  # an address for documentation: nothing is sent to it
_ADDRESS_OF_INTERFACE = 0x8915  # SIOCGIFADDR
_LONGEST_NAME = 15


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """An IPv4 address of this computer.

    Attributes
    ----------
    address
        The address, such as "192.168.0.24".
    interface
        The name of its network interface, such as "wlan0"; empty where the system does not tell it.
    """

    address: str
    interface: str = ""


def network_addresses() -> tuple[NetworkAddress, ...]:
    """Return the addresses of this computer in its networks, the usual one first; none without a network."""
    found = {one.address: one for one in (*_by_host_name(), *_by_interface())}
    usual = _usual_address()
    if usual is not None:
        found.setdefault(usual, NetworkAddress(usual))
    own = [one for address, one in found.items() if not address.startswith(("127.", "0."))]
    return tuple(sorted(own, key=lambda one: (one.address != usual, one.interface, one.address)))


def _usual_address() -> str | None:
    """Return the address from which this computer would reach others."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket chooses a route and sends nothing.
        probe.connect(_ANYWHERE)
        return str(probe.getsockname()[0])
    return None


def _by_host_name() -> list[NetworkAddress]:
    with contextlib.suppress(OSError):
        return [NetworkAddress(name) for name in socket.gethostbyname_ex(socket.gethostname())[2]]
    return []


def _by_interface() -> list[NetworkAddress]:
    """Return the address of each interface, where the system tells it."""
    if sys.platform != "linux":
        return []
    import fcntl

    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:_LONGEST_NAME])
            # An interface without an address, such as a cable that is not plugged in, is left out.
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(probe.fileno(), _ADDRESS_OF_INTERFACE, request)
                found.append(NetworkAddress(socket.inet_ntoa(answer[20:24]), name))
    return found
