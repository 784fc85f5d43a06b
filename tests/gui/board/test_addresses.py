"""The addresses of this computer in its networks."""

import ipaddress

import pytest

from digitpad.gui.board import addresses
from digitpad.gui.board.addresses import NetworkAddress, network_addresses


def test_addresses_are_those_of_others_to_reach_and_each_is_there_once() -> None:
    found = [one.address for one in network_addresses()]
    assert len(set(found)) == len(found)
    assert not any(ipaddress.ip_address(address).is_loopback for address in found)


def test_the_likely_address_comes_first_with_the_name_of_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "own_addresses", lambda: ["10.0.0.5"])
    interfaces = [NetworkAddress("127.0.0.1", "lo"), NetworkAddress("192.168.0.24", "wlan0")]
    interfaces.append(NetworkAddress("10.0.0.5", "eth0"))
    monkeypatch.setattr(addresses, "_by_interface", lambda: interfaces)
    assert network_addresses() == (NetworkAddress("10.0.0.5", "eth0"), NetworkAddress("192.168.0.24", "wlan0"))
