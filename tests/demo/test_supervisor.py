"""`make demo`, from outside: it starts, keeps its data, and leaves nothing behind however it ends."""

from __future__ import annotations

import signal
import socket
import sqlite3
import ssl
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from demo import lan
from tests.demo.running import RunningDemo, free_port, running

NAMES = ("demo.asgi", "default@demo", "recordings@demo", "celery beat")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that a first start has filled."""
    directory = tmp_path_factory.mktemp("demo-data")
    with running(directory) as demo:
        demo.wait_until_ready()
        assert "preparing database" in demo.output
        demo.send(signal.SIGINT)
        assert demo.wait() == 0, demo.output
    return directory


def page(demo: RunningDemo, path: str) -> str:
    with urllib.request.urlopen(demo.base + path, timeout=10) as response:
        assert response.status == 200
        return str(response.read().decode())


def assert_gone(processes: list[psutil.Process], seconds: float) -> None:
    _gone, alive = psutil.wait_procs(processes, timeout=seconds)
    alive = [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert not alive, f"left behind: {[p.cmdline() for p in alive]}"


def query(data: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{data / 'demo.sqlite3'}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_all_pages_answer_and_ctrl_c_leaves_no_process(data: Path) -> None:
    with running(data) as demo:
        demo.wait_until_ready()
        children = demo.children()
        commands = sorted(" ".join(child.cmdline()) for child in children)
        assert len(commands) == len(NAMES), commands
        home, product, workbench = page(demo, "/"), page(demo, "/product/teapot/"), page(demo, "/workbench/")
        assert home.count('class="card"') == 10
        assert "<rtc-call" in product and 'subject="product:SKU-1"' in product
        assert "csrfmiddlewaretoken" in workbench, "the workbench asks an anonymous visitor to log in"
        assert "demo-alice" in demo.output and "demo-dora" in demo.output

        demo.send(signal.SIGINT)
        assert demo.wait() == 0, demo.output
        assert_gone(children, 1)


def test_a_killed_supervisor_leaves_no_process(data: Path) -> None:
    with running(data) as demo:
        demo.wait_until_ready()
        children = demo.children()
        assert len(children) == len(NAMES)
        demo.send(signal.SIGKILL)
        demo.process.wait(10)
        assert_gone(children, 5)


def test_a_supervisor_that_is_killed_while_it_starts_leaves_no_process(data: Path) -> None:
    with running(data) as demo:
        until = time.monotonic() + 60
        children: list[psutil.Process] = []
        while len(children) < len(NAMES) and time.monotonic() < until:
            children = demo.children()
        assert len(children) == len(NAMES)
        demo.send(signal.SIGKILL)
        demo.process.wait(10)
        assert_gone(children, 5)


def test_a_second_start_prepares_nothing_and_keeps_the_data(data: Path) -> None:
    orders = query(data, "select number from rtc_demo_order order by id")
    secrets = (data / "secrets.json").read_bytes()
    assert len(orders) == 6
    began = time.monotonic()
    with running(data) as demo:
        demo.wait_until_ready()
        # Measured: under 2 s on an idle machine with two cores; the limit leaves room for a busy one.
        assert time.monotonic() - began < 20
        assert "preparing" not in demo.output
    assert query(data, "select number from rtc_demo_order order by id") == orders
    assert (data / "secrets.json").read_bytes() == secrets


def test_a_child_that_dies_is_started_again_and_said_so(data: Path) -> None:
    with running(data) as demo:
        demo.wait_until_ready()
        before = demo.children()
        victim = next(p for p in before if "default@demo" in p.cmdline())
        victim.kill()
        demo.wait_for_line("worker ended with -9", 10)
        demo.wait_for_line("worker started again", 10)
        assert len(demo.children()) == len(NAMES)
        assert page(demo, "/")


def test_a_taken_port_is_one_clear_sentence(data: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with running(data, port=port) as demo:
            assert demo.wait() == 1
        assert f"port {port} cannot be used" in demo.output and "Traceback" not in demo.output


def test_two_demos_never_share_a_data_directory(data: Path) -> None:
    with running(data) as first:
        first.wait_until_ready()
        with running(data, port=free_port()) as second:
            assert second.wait() == 1
        assert f"process {first.process.pid}" in second.output and "Traceback" not in second.output
        assert page(first, "/")


@pytest.mark.skipif(not lan.addresses(), reason="this machine has no address besides loopback")
def test_lan_serves_https_with_a_certificate_for_its_address(data: Path) -> None:
    address = lan.addresses()[0]
    with running(data, "--lan") as demo:
        demo.wait_for_line("It warns once")
        url = f"https://{address}:{demo.port}/"
        assert url in demo.output and "█" in demo.output, "a QR code and its address are shown"
        # The certificate is trusted here as a phone does after its warning; the name must fit all the same.
        trusting = ssl.create_default_context(cafile=str(data / "lan" / "certificate.pem"))
        with urllib.request.urlopen(f"{url}product/teapot/", timeout=10, context=trusting) as response:
            assert "<rtc-call" in response.read().decode()
