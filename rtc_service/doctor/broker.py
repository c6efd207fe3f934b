"""Celery's broker: does it take a connection?"""

from __future__ import annotations

from celery import current_app

from .finding import Finding, ok, problem, said

SECONDS = 4.0


def check() -> list[Finding]:
    connection = current_app.connection_for_write(connect_timeout=SECONDS)
    try:
        connection.ensure_connection(max_retries=1, timeout=SECONDS)
        connection.default_channel  # noqa: B018  opens it: folders of the file broker, the first command on Redis
    except Exception as error:  # noqa: BLE001  each transport has its own errors
        hint = "Is the broker up, and CELERY_BROKER_URL right? Duties wait in the database meanwhile."
        return [problem(f"The broker takes no connection ({type(error).__name__}: {said(error)}).", hint)]
    finally:
        connection.release()
    return [ok(f"The broker ({connection.transport_cls}) takes connections.")]
