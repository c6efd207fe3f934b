"""Private PostgreSQL, Redis and coturn for tests: own data, free ports on 127.0.0.1, gone with whoever started them.

    with redis() as url, postgres() as database_url, turn() as server: …

Nothing of the machine's own services is touched. PostgreSQL refuses to run as root, so root becomes `postgres` for it.
`python -m tests.services.stack --missing` prints the programs that are not installed.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import hashlib
import hmac
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.children import leash

START_SECONDS = 30.0


class NotInstalled(RuntimeError):
    """A program that the stack needs is not on this machine; the message names it."""


def program(name: str) -> str:
    """Path of a program; PostgreSQL's are not on Debian's PATH."""
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name))
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *map(str, newest_first)])
    found = shutil.which(name, path=path)
    if found is None:
        raise NotInstalled(f"{name} is not installed")
    return found


def missing() -> list[str]:
    """What the postgres stack lacks here."""
    lacking = []
    for name in ("initdb", "postgres", "redis-server"):
        try:
            program(name)
        except NotInstalled:
            lacking.append(name)
    return lacking


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(process: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait()
            raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen[bytes], sent: signal.Signals) -> None:
    """By its own process id; killed after ten seconds."""
    if process.poll() is None:
        process.send_signal(sent)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def directory(prefix: str, owner: pwd.struct_passwd | None = None) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=prefix))
    if owner is not None:
        os.chown(path, owner.pw_uid, owner.pw_gid)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis without persistence. Yields `redis://127.0.0.1:<port>/0`."""
    server = program("redis-server")
    with directory("rtc-redis-") as home:
        port, log = free_port(), home / "log"
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--dir", str(home)], stdout=out, stderr=out, start_new_session=True, preexec_fn=leash()
            )
        try:
            wait_for(process, lambda: accepts(port), "redis-server", log)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            stop(process, signal.SIGTERM)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of its own. Yields `postgres://rtc@127.0.0.1:<port>/postgres` (trust, loopback only)."""
    initdb, server = program("initdb"), program("postgres")
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    # No fsync: the data dies with the tests anyway.
    fast = ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
    with directory("rtc-postgres-", owner) as home:
        identity: dict[str, Any] = {"cwd": home, "start_new_session": True, "env": clean_environment(home)}
        if owner is not None:
            identity |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        data, port, log = home / "data", free_port(), home / "log"
        made = subprocess.run(
            [initdb, "-D", str(data), "-U", "rtc", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            capture_output=True,
            **identity,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stderr.decode()[-2000:]}")
        listen = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}", "-p", str(port)]
        with log.open("wb") as out:
            # SIGINT is PostgreSQL's fast shutdown: sent by the kernel too when this process is killed.
            command, held = [server, "-D", str(data), *listen, *fast], leash(signal.SIGINT)
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=out, stderr=out, preexec_fn=held, **identity
            )
        try:
            wait_for(process, lambda: postgres_answers(port), "postgres", log)
            yield f"postgres://rtc@127.0.0.1:{port}/postgres"
        finally:
            stop(process, signal.SIGINT)


def clean_environment(home: Path) -> dict[str, str]:
    """PG* variables of whoever runs the tests must not lead elsewhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"HOME": str(home)}


def postgres_answers(port: int) -> bool:
    import psycopg

    try:
        with psycopg.connect(host="127.0.0.1", port=port, user="rtc", dbname="postgres", connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


@dataclass(frozen=True)
class Turn:
    """A running coturn: its port (UDP and TCP) and the secret that credentials are made with."""

    port: int
    secret: str

    @property
    def urls(self) -> list[str]:
        return [f"turn:127.0.0.1:{self.port}?transport=udp", f"turn:127.0.0.1:{self.port}?transport=tcp"]

    def credentials(self, seconds: int = 600) -> tuple[str, str]:
        """Name and password of coturn's REST scheme."""
        name = f"{int(time.time()) + seconds}:test"
        digest = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
        return name, base64.b64encode(digest).decode()


@contextlib.contextmanager
def turn() -> Iterator[Turn]:
    """coturn on loopback, relaying between loopback peers only."""
    server = program("turnserver")
    with directory("rtc-turn-") as home:
        given = Turn(port=free_port(), secret="relay-for-tests")  # noqa: S106
        lines = [
            f"listening-port={given.port}", "listening-ip=127.0.0.1", "relay-ip=127.0.0.1",
            "min-port=29000", "max-port=29999", "fingerprint", "use-auth-secret",
            f"static-auth-secret={given.secret}", "realm=rtc.test", "no-tls", "no-dtls", "no-cli",
            "allow-loopback-peers", f"pidfile={home / 'pid'}", f"userdb={home / 'users'}",
            "log-file=stdout", "simple-log", "no-multicast-peers",
        ]  # fmt: skip
        (home / "turnserver.conf").write_text("\n".join(lines) + "\n")
        log = home / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [server, "-c", str(home / "turnserver.conf")],
                stdout=out, stderr=out, start_new_session=True, preexec_fn=leash(),
            )  # fmt: skip
        try:
            wait_for(process, lambda: accepts(given.port), "turnserver", log)
            yield given
        finally:
            stop(process, signal.SIGTERM)


def start_for_this_process() -> None:
    """PostgreSQL and Redis until this process ends; children find them by RTC_TEST_DATABASE_URL and _REDIS_URL."""
    services = contextlib.ExitStack()
    os.environ["RTC_TEST_REDIS_URL"] = services.enter_context(redis())
    os.environ["RTC_TEST_DATABASE_URL"] = services.enter_context(postgres())
    owner = os.getpid()
    # A fork of this process must not stop what its parent still uses.
    atexit.register(lambda: services.close() if os.getpid() == owner else None)


if __name__ == "__main__":
    if "--missing" in sys.argv and (lacking := missing()):
        print(f"{', '.join(lacking)} not installed")
