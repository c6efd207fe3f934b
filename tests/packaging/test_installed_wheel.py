"""What a stranger does after `pip install`: the README's lines in a fresh project, far from any checkout."""

from __future__ import annotations

import base64
import http.cookiejar
import json
import os
import re
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.browser.harness.process import Child, accepts, free_port

from .conftest import ROOT, Host, blocks, clean

STAFF = """
from django.contrib.auth.models import Group, User
from agents.models import AgentProfile
user = User.objects.create_user("bob", password="bob")
user.groups.add(Group.objects.get(name="rtc customer-service agent"))
AgentProfile.objects.get_or_create(user=user)
"""
TAG = """
from django.template import Context, Template
tag = '{% load rtc_service_tags %}{% rtc_call page_kind="product" subject="product:SKU-1" title=title %}'
print(Template(tag).render(Context({"title": "Teapot"})))
"""


@pytest.fixture
def shop(host: Host) -> Host:
    """The README's lines, word for word, and the database."""
    for file, lines in blocks(ROOT / "README.md", "Add it to your shop"):
        host.append(file, lines)
    host.manage("check", "--fail-level", "WARNING")
    host.manage("migrate", "-v", "0")
    return host


@pytest.fixture
def base(shop: Host, tmp_path: Path) -> Iterator[str]:
    """`runserver` is daphne's by the first of the lines."""
    port = free_port()
    argv = [str(shop.python), "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    server = Child(argv, log=tmp_path / "web.log", cwd=shop.folder)
    server.env = clean()
    with server as child:
        child.wait_until(lambda: accepts(port), 60)
        yield f"http://127.0.0.1:{port}"


class Browser:
    """Keeps cookies, as the log-in needs."""

    def __init__(self, base: str) -> None:
        self.base, self.jar = base, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(urllib.parse.urljoin(self.base, path), timeout=30) as response:
            return str(response.read().decode())

    def post(self, path: str, data: bytes, kind: str) -> str:
        headers = {"Content-Type": kind, "Origin": self.base, "Referer": self.base + path}
        request = urllib.request.Request(self.base + path, data, headers)
        with self.opener.open(request, timeout=30) as response:
            return str(response.read().decode())

    def log_in(self, path: str, name: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "username": name, "password": name}
        return self.post(path, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")


def test_the_wheel_alone_serves_a_shop(shop: Host, base: str) -> None:
    where = shop.run("-c", "import rtc_service, agents, recordings; print(rtc_service.__file__, agents.__file__)")
    assert str(ROOT) not in where and where.count("site-packages") == 2
    browser = Browser(base)

    page = shop.manage("shell", "-v", "0", "-c", TAG)
    script, style = re.search(r'src="([^"]+)"', page), re.search(r'data-style-url="([^"]+)"', page)
    assert script and style
    assert "customElements" in browser.get(script[1])
    assert ".window" in browser.get(style[1])

    english, chinese = browser.get("/rtc/widget/?language=en"), browser.get("/rtc/widget/?language=zh-hans")
    assert "Hang up" in english
    assert 'lang="zh-hans"' in chinese and "挂断" in chinese and "Hang up" not in chinese

    session = json.loads(browser.post("/rtc/session/", b"{}", "application/json"))
    with connect(session["ws"], origin=base) as socket:  # type: ignore[arg-type]
        hello = {"token": session["token"], "tab": str(uuid.uuid4()), "last_seq": 0, "links": [], "capabilities": []}
        socket.send(json.dumps({"v": 1, "kind": "hello", "body": hello}))
        welcome = json.loads(socket.recv(timeout=10))
        assert (welcome["kind"], welcome["body"]["you"]["role"]) == ("welcome", "customer")

    shop.manage("shell", "-v", "0", "-c", STAFF)
    assert 'id="rtc-workbench"' in browser.log_in("/workbench/login/", "bob")


def test_the_lines_of_the_installation_page_pass_the_checks(host: Host) -> None:
    for file, lines in blocks(ROOT / "docs" / "install.md", "Into a shop"):
        if file in ("settings.py", "urls.py", "asgi.py"):
            host.append(file, lines)
    (host.folder / "shop" / "live.py").write_text(
        "from commerce.adapters.null import NullShop\n\n\nclass OurShop(NullShop):\n    pass\n"
    )
    env = {"RTC_KEY": base64.b64encode(os.urandom(32)).decode(), "TURN_SECRET": "secret"}
    host.manage("check", "--fail-level", "WARNING", env=env)
    host.manage("makemigrations", "--check", "--dry-run", env=env)
    host.run("-c", "import shop.asgi", env={**env, "DJANGO_SETTINGS_MODULE": "shop.settings"})
