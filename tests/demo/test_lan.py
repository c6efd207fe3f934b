"""The certificate of `make demo LAN=1`."""

from __future__ import annotations

import stat
from pathlib import Path

from demo import lan


def test_a_certificate_is_kept_until_the_addresses_change(tmp_path: Path) -> None:
    first, key = lan.certificate(tmp_path, ["192.0.2.7"])
    made = first.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    lan.certificate(tmp_path, ["192.0.2.7"])
    assert first.read_bytes() == made
    lan.certificate(tmp_path, ["192.0.2.7", "198.51.100.9"])
    assert first.read_bytes() != made


def test_no_address_is_loopback() -> None:
    assert not [address for address in lan.addresses() if address.startswith("127.")]
