"""Where a server listens, and what others type to reach it."""

import asyncio
import socket

import pytest

from digitpad.errors import DigitpadError
from digitpad.serving.addresses import LOOPBACK, Address, listen, new_code, own_addresses


def test_an_address_ends_with_its_code() -> None:
    assert str(Address("192.168.0.24", 8020, "k7qdm3")) == "http://192.168.0.24:8020/k7qdm3/"
    assert str(Address(LOOPBACK, 8020)) == "http://127.0.0.1:8020/"


def test_codes_are_random_and_have_no_letters_that_look_alike() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert not set("".join(codes)) & set("il1o0")


def test_a_port_in_use_is_answered_with_the_next_step() -> None:
    with listen(LOOPBACK, 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(DigitpadError, match=rf"Port {port} is in use.*choose another one, such as \d+") as error:
            listen(LOOPBACK, port)
    assert "\n" not in str(error.value)


def test_a_port_is_free_again_at_once() -> None:
    with listen(LOOPBACK, 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection((LOOPBACK, port)):
            first.setblocking(True)
            first.accept()[0].close()
    listen(LOOPBACK, port).close()


def test_answers_are_not_delayed_until_the_last_part_is_confirmed() -> None:
    async def is_undelayed() -> bool:
        accepted = asyncio.get_running_loop().create_future()

        def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listen(LOOPBACK, 0) as listener:
            async with await asyncio.start_server(accept, sock=listener):
                _reader, writer = await asyncio.open_connection(*listener.getsockname())
                undelayed = bool(await accepted)
                writer.close()
                await writer.wait_closed()
        return undelayed

    assert asyncio.run(is_undelayed())


def test_an_address_of_another_computer_is_refused() -> None:
    with pytest.raises(DigitpadError, match=r"192\.0\.2\.77 is not an address of this computer"):
        listen("192.0.2.77", 0)


def test_own_addresses_are_those_that_others_reach() -> None:
    for address in own_addresses():
        assert not address.startswith("127.")
        listen(address, 0).close()
