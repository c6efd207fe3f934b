"""Where a browser may be sent to, when private candidates are not relayed."""

from __future__ import annotations

import pytest

from rtc_service.signalling import candidates


def line(address: str) -> str:
    return f"candidate:1 1 udp 2122260223 {address} 50000 typ host generation 0"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700:4700::1111"])
def test_public_addresses_pass(address: str) -> None:
    assert candidates.is_public(line(address))


@pytest.mark.parametrize(
    "address",
    [
        # ruff: noqa: S104
        "10.1.2.3", "192.168.0.1", "172.16.9.9", "127.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "100.64.0.1",
        "::1", "fe80::1", "fd00::1", "::ffff:10.1.2.3", "ff02::1", "printer.local", "example.com", "2130706433",
    ],
)  # fmt: skip
def test_what_is_not_public_does_not_pass(address: str) -> None:
    assert not candidates.is_public(line(address))


@pytest.mark.parametrize("text", ["candidate:", "nonsense", "candidate:1 1 udp 1"])
def test_what_is_no_candidate_does_not_pass(text: str) -> None:
    assert not candidates.is_public(text)


def test_the_end_of_candidates_passes() -> None:
    assert candidates.is_public("")


def test_a_description_loses_only_its_private_candidates() -> None:
    sdp = f"v=0\r\na={line('10.0.0.1')}\r\na={line('93.184.216.34')}\r\na=mid:0\r\n"
    assert candidates.public_sdp(sdp) == f"v=0\r\na={line('93.184.216.34')}\r\na=mid:0\r\n"


@pytest.mark.parametrize(
    "address", ["64:ff9b::a01:203", "2002:a01:203::1", "::10.1.2.3", "::ffff:0:10.1.2.3", "fec0::1"]
)
def test_an_address_inside_another_one_does_not_pass(address: str) -> None:
    assert not candidates.is_public(line(address))


@pytest.mark.parametrize("between", ["\t", "  ", "\x0b", "\xa0"])
def test_words_that_two_readers_part_differently_do_not_pass(between: str) -> None:
    assert not candidates.is_public(line("93.184.216.34").replace(" ", between, 1))


PRIVATE = f"a={line('10.0.0.1')}"


@pytest.mark.parametrize("spelt", [PRIVATE, PRIVATE.upper(), f" {PRIVATE}", PRIVATE.replace("=", " = ", 1)])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
def test_no_spelling_of_a_private_line_gets_through(spelt: str, end: str) -> None:
    assert candidates.public_sdp(f"v=0\r\na=mid:0\r\n{spelt}{end}") == "v=0\r\na=mid:0\r\n"
