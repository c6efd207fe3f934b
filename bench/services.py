"""Private Redis and PostgreSQL for a bench: free ports, a temporary directory, stopped by pid."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.harness.process import Child, accepts, free_port


class NotInstalled(RuntimeError):
    """The server that a figure needs is not on this machine."""


def _need(binary: str, *folders: Path) -> str:
    found = shutil.which(binary) or next((str(f / binary) for f in folders if (f / binary).exists()), None)
    if found is None:
        raise NotInstalled(f"{binary} is not installed")
    return found


@contextmanager
def redis_server() -> Iterator[Child]:
    """A Redis that keeps nothing; `child.argv` ends with its port, `redis_url(child)` is its address."""
    binary = _need("redis-server")
    with tempfile.TemporaryDirectory(prefix="rtc-bench-redis-") as folder:
        port = free_port()
        argv = [binary, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--port", str(port)]
        with Child(argv, log=Path(folder) / "log") as child:
            child.wait_until(lambda: accepts(port), 10)
            yield child


def redis_url(child: Child) -> str:
    return f"redis://127.0.0.1:{child.argv[-1]}/0"


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster of its own with default durability; yields the URL of its empty database `bench`."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    initdb, postgres = _need("initdb", *newest), _need("postgres", *newest)
    with tempfile.TemporaryDirectory(prefix="rtc-bench-pg-") as folder:
        base = Path(folder)
        user = _server_user(base)
        data, port = base / "data", free_port()
        command = [initdb, "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"]
        subprocess.run(command, cwd=base, user=user, check=True, capture_output=True)
        prefix = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if user else []
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={base}"]
        argv = [*prefix, postgres, "-D", str(data), "-p", str(port), *settings]
        with Child(argv, log=base / "log", cwd=base) as child:
            child.wait_until(lambda: accepts(port), 20)
            _create_database(port)
            yield f"postgres://bench@127.0.0.1:{port}/bench"


def _server_user(base: Path) -> str | None:
    """PostgreSQL refuses to run as root: then as `postgres`, to whom the folder is given."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("postgres")
    os.chown(base, entry.pw_uid, entry.pw_gid)
    return entry.pw_name


def _create_database(port: int) -> None:
    import psycopg

    with psycopg.connect(f"postgres://bench@127.0.0.1:{port}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
