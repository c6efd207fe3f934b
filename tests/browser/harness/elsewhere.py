"""A page of another origin: one document with a Content-Security-Policy of its own, and the stylesheet it names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

STYLE = "body { margin: 0; min-height: 3000px }"
# Keeps what the policy forbids, for `violations`.
WATCH = """window.rtcViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  rtcViolations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));"""


@dataclass
class Host:
    """`base` is its origin. `body` and `policy` may be changed between two loads; `style` is the page's own sheet."""

    base: str
    body: str = ""
    policy: str = ""
    style: str = STYLE

    def page(self) -> str:
        head = '<meta charset="utf-8"><title>elsewhere</title><link rel="stylesheet" href="/page.css">'
        return f'<!doctype html><html lang="en"><head>{head}</head><body>{self.body}</body></html>'


def least_policy(service: str) -> str:
    """What docs/install.md ("Another origin") asks of a page with a policy; `service` is the service's origin."""
    socket = "ws" + service.removeprefix("http")
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",  # the page's own sheet; the widget needs nothing here
            f"script-src {service}",
            f"connect-src {service} {socket}",
            f"img-src {service}",
            "require-trusted-types-for 'script'",
            "trusted-types rtc-widget",
        )
    )


@contextmanager
def elsewhere(name: str = "localhost") -> Iterator[Host]:
    """Serve `Host.page()` under every path, from a thread of this process on a free port of the loopback.

    By the name `localhost` it is not even of the same site as a service on 127.0.0.1.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = urlsplit(self.path).path
            css = wanted == "/page.css"
            if wanted == "/favicon.ico":
                self.send_response(204)
                self.end_headers()
                return
            content = (host.style if css else host.page()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if css else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            if host.policy:
                self.send_header("Content-Security-Policy", host.policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(f"http://{name}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
