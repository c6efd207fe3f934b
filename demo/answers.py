"""Does the demo's own web server answer? One request, without following redirects."""

from __future__ import annotations

import http.client
import ssl

LOOPBACK = "127.0.0.1"


def status_of(path: str, port: int, *, tls: bool) -> int | None:
    """The status code of a page on loopback, or None while nobody listens. Waits ten seconds at most."""
    connection: http.client.HTTPConnection
    if tls:
        # Our own certificate on our own loopback: there is nobody to be deceived by.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(LOOPBACK, port, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
