"""The addresses at which other devices reach this computer, with the names of their networks."""

import contextlib
import socket
import struct
import sys
from dataclasses import dataclass

from digitpad.serving.addresses import own_addresses

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
        The name of its network interface, such as "wlan0"; empty if the system does not provide it.
    """

    address: str
    interface: str = ""


def network_addresses() -> tuple[NetworkAddress, ...]:
    """Return the addresses of this computer in its networks, the most likely one first; none without a network."""
    likely = own_addresses()
    found = {address: NetworkAddress(address) for address in likely}
    found |= {one.address: one for one in _by_interface() if not one.address.startswith(("127.", "0."))}
    return tuple(found.values())


def _by_interface() -> list[NetworkAddress]:
    """Return the address of each interface, if the system provides it."""
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
