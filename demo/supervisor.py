"""Starts the whole demo as processes of one supervisor: migrate, seed, then web server, two workers and beat.

The supervisor itself imports no Django, so that it is small and starts at once. It signals only its children's own
process ids; the kernel ends them when it is killed (`children.leash`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from . import lan
from .answers import status_of
from .children import Child, leash
from .greeting import greeting, phone

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0
STOP_SECONDS = 8.0
# Pages that must answer before anything is printed.
PAGES = ("/", "/workbench/", "/admin/")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class DemoError(Exception):
    """The demo cannot go on; the message is for whoever typed the command."""


@dataclass
class Supervisor:
    port: int
    data: Path
    lan: bool = False
    children: list[Child] = field(default_factory=list)
    stopping: bool = False
    lock: TextIO | None = None
    inner_port: int = 0  # with LAN=1: where our own workers reach the server without TLS

    def run(self) -> int:
        """Until Ctrl-C or TERM. 0 after an orderly stop, 1 after a failed start."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        try:
            self.take_data_directory()
            hosts = self.check_network()
            self.prepare(hosts)
            self.children = self.make_children(hosts)
            for child in self.children:
                child.start()
            if self.wait_until_all_answer():
                self.greet(hosts)
                self.watch()
        except DemoError as error:
            print(f"demo: {error}", file=sys.stderr, flush=True)
            return 1
        finally:
            self.stop()
        return 0

    def on_signal(self, number: int, frame: object) -> None:
        if self.stopping:
            # A second Ctrl-C: no more patience.
            for child in self.children:
                if child.process is not None:
                    child.process.kill()
        self.stopping = True

    # --- before the start

    def take_data_directory(self) -> None:
        """One demo per data directory. The lock goes with the process, however it ends."""
        for name in ("logs", "run"):
            (self.data / name).mkdir(parents=True, exist_ok=True)
        self.lock = (self.data / "run" / "lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            holder = self.lock.read().strip() or "unknown"
            raise DemoError(
                f"a demo with the data in {self.data} is running (process {holder}); stop it or give DATA=another"
            ) from None
        self.lock.truncate(0)
        self.lock.write(str(os.getpid()))
        self.lock.flush()

    def check_network(self) -> list[str]:
        """The addresses for LAN=1 (else none). Raises DemoError when the port is taken."""
        hosts = lan.addresses() if self.lan else []
        if self.lan and not hosts:
            raise DemoError("LAN=1: this machine has no network address that a phone could reach")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.interface, self.port))
            except OSError as error:
                reason = os.strerror(error.errno or 0)
                hint = f"try: make demo PORT={self.port + 1}"
                raise DemoError(f"port {self.port} cannot be used ({reason}); {hint}") from None
        return hosts

    def prepare(self, hosts: list[str]) -> None:
        """Migrate and seed, unless nothing has changed since the last time."""
        environment = self.environment(hosts)
        stamp = self.data / "run" / "prepared"
        fingerprint = self.fingerprint()
        embedded = not environment.get("RTC_DEMO_DATABASE_URL")
        if embedded and (self.data / "demo.sqlite3").exists() and stamp.exists() and stamp.read_text() == fingerprint:
            return
        print("demo: preparing database and demo data …", flush=True)
        for arguments in (["migrate", "--no-input", "-v", "0"], ["rtc_demo_seed"]):
            self.manage(arguments, environment)
            if self.stopping:
                raise DemoError("stopped")
        stamp.write_text(fingerprint)

    def manage(self, arguments: list[str], environment: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            start_new_session=True,
            preexec_fn=leash(),  # noqa: PLW1509 - one thread
        )
        if done.returncode and not self.stopping:
            raise DemoError(f"`manage.py {' '.join(arguments)}` failed:\n{(done.stdout + done.stderr)[-3000:]}")

    def fingerprint(self) -> str:
        """Changes whenever migrations or demo data do."""
        files = [*ROOT.glob("*/migrations/*.py"), *(ROOT / "demo").glob("*.py")]
        told = sorted(f"{p.relative_to(ROOT)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    # --- the children

    @property
    def interface(self) -> str:
        return "0.0.0.0" if self.lan else "127.0.0.1"  # noqa: S104 - LAN=1 asks for it

    @property
    def base(self) -> str:
        return f"{'https' if self.lan else 'http'}://127.0.0.1:{self.port}"

    def environment(self, hosts: list[str]) -> dict[str, str]:
        if self.lan and not self.inner_port:
            self.inner_port = free_port()
        own = {
            "DJANGO_SETTINGS_MODULE": "demo.settings",
            "RTC_DEMO_DATA": str(self.data),
            "RTC_DEMO_SIGNALLING_URL": f"ws://127.0.0.1:{self.inner_port or self.port}/ws/rtc/",
            "PYTHONUNBUFFERED": "1",
        }
        if self.lan:
            own |= {"RTC_DEMO_HTTPS": "1", "RTC_DEMO_HOSTS": ",".join(hosts)}
        return os.environ | own

    def make_children(self, hosts: list[str]) -> list[Child]:
        environment = self.environment(hosts)
        python, run = sys.executable, self.data / "run"
        (run / "signalling").write_text(environment["RTC_DEMO_SIGNALLING_URL"])
        endpoints = ["-e", f"tcp:port={self.port}:interface={self.interface}"]
        if self.lan:
            certificate, key = lan.certificate(self.data / "lan", hosts)
            endpoint = f"ssl:port={self.port}:interface={self.interface}:privateKey={key}:certKey={certificate}"
            # The recorders need not trust a certificate that nobody has signed.
            endpoints = ["-e", endpoint, "-e", f"tcp:port={self.inner_port}:interface=127.0.0.1"]
        # No access log, and no body of a request anywhere: what people type is theirs.
        web = [python, "-m", "daphne", *endpoints, "--no-server-name", "-v", "0", "demo.asgi:application"]
        celery = [python, "-m", "celery", "-A", "demo.celery:app"]
        quiet = ["--pool", "threads", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
        commands = {
            "web": web,
            "worker": [*celery, "worker", "-n", "default@demo", "-c", "4", "-Q", "default,notify,media", *quiet],
            "recordings": [*celery, "worker", "-n", "recordings@demo", "-c", "10", "-Q", "recordings", *quiet],
            "beat": [*celery, "beat", "-s", str(run / "beat"), "--pidfile=", "--max-interval", "1", "-l", "WARNING"],
        }
        return [
            Child(
                name=name,
                command=command,
                environment=environment,
                log=self.data / "logs" / f"{name}.log",
                ready_file=None if name == "web" else run / f"{name}.ready",
            )
            for name, command in commands.items()
        ]

    def wait_until_all_answer(self) -> bool:
        """False when somebody pressed Ctrl-C meanwhile. Raises DemoError with the log of who failed."""
        until = time.monotonic() + START_SECONDS
        waiting = list(self.children)
        while waiting and not self.stopping:
            for child in list(waiting):
                if not child.running:
                    code = child.process.returncode if child.process else "?"
                    raise DemoError(f"{child.name} ended with {code} at the start; {child.log}:\n{child.tail()}")
                if child.reported_ready and (child.name != "web" or self.pages_answer()):
                    waiting.remove(child)
            if waiting and time.monotonic() > until:
                names = ", ".join(child.name for child in waiting)
                raise DemoError(f"no answer from {names} within {START_SECONDS:.0f} s; {waiting[0].tail()}")
            time.sleep(0.05)
        return not self.stopping

    def pages_answer(self) -> bool:
        """A redirect to a log-in page is an answer; an error is a failure that waiting does not mend."""
        for path in PAGES:
            status = status_of(path, self.port, tls=self.lan)
            if status is None:
                return False
            if status >= 400:
                web = self.children[0]
                raise DemoError(f"{path} answered {status}; {web.log}:\n{web.tail(30)}")
        return True

    def greet(self, hosts: list[str]) -> None:
        print(greeting(self.base, self.data), flush=True)
        if self.lan:
            print(phone(f"https://{hosts[0]}:{self.port}/"), flush=True)

    # --- while it runs, and the end

    def watch(self) -> None:
        """Restart what dies, with growing pauses, and say so."""
        while not self.stopping:
            for child in self.children:
                if child.process is None:
                    if time.monotonic() >= child.next_start:
                        child.start()
                        print(f"demo: {child.name} started again", flush=True)
                elif not child.running:
                    code = child.process.returncode
                    pause = child.schedule_restart()
                    print(f"demo: {child.name} ended with {code} (see {child.log}), again in {pause:.0f} s", flush=True)
            time.sleep(0.2)

    def stop(self) -> None:
        self.stopping = True
        if not any(child.process for child in self.children):
            return
        print("demo: stopping …", flush=True)
        for child in reversed(self.children):
            child.terminate()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if not child.wait_or_kill(until):
                print(f"demo: {child.name} did not stop in time and was killed", flush=True)
        print("demo: stopped", flush=True)
