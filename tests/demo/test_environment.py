"""What the demo's settings read and keep."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo import environment


def test_secrets_are_made_once_even_by_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(environment.secrets_of, [tmp_path] * 32))
    assert all(one == found[0] for one in found)
    assert len(base64.b64decode(found[0]["key_ring"][0][1])) == 32
    assert os.listdir(tmp_path) == ["secrets.json"]
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_database_url_is_read_with_its_escapes() -> None:
    found = environment.postgres("postgres://shop:p%40ss@db.example:5433/the%20shop?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("shop", "p@ss", "db.example", "5433")
    assert found["NAME"] == "the shop" and found["OPTIONS"] == {"sslmode": "require"}


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        environment.postgres("mysql://db.example/shop")
