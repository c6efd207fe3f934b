"""By which names this server is called. Django asks this of every request, and of no socket."""

from __future__ import annotations

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def our_host(host: str) -> str:
    """The Host header where Django would answer it, else nothing: a name that points here is not yet one of ours."""
    allowed = settings.ALLOWED_HOSTS or ([".localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    domain, _ = split_domain_port(host)
    return host if domain and validate_host(domain, allowed) else ""
