"""What `make demo` prints once everything answers: pages, log-ins, what to click."""

from __future__ import annotations

import io
from pathlib import Path

import segno

from .people import AGENTS, CUSTOMERS, SUPERVISORS, Person


def line(person: Person) -> str:
    extra = " (VIP)" if person.tier == "vip" else ""
    return f"    {person.name:<7} {person.password:<13} {person.role}{extra}"


def greeting(base: str, data: Path) -> str:
    """`base` is the address without a slash at its end."""
    people = "\n".join(line(person) for person in (*CUSTOMERS, *AGENTS, *SUPERVISORS))
    # Cookies are kept apart by host name, so one browser can be both without a private window.
    agent = base.replace("127.0.0.1", "localhost")
    return f"""
  The shop        {base}/
  The workbench   {agent}/workbench/
  The back office {agent}/admin/     (its pages of calls ask for a second factor: set one up there)

  Log-ins (name, password)
{people}

  What to click
    1. Open {agent}/workbench/ as bob and press "Start work": he is ready. (`localhost` and `127.0.0.1` keep
       their cookies apart, so agent and customer fit into two windows of one browser.)
    2. Open {base}/product/teapot/ and press "Live help" in the corner.
    3. Press "Accept" in the workbench. Talk, type, hang up, rate. The ticket is there already.

    4. If you agreed to the recording: as dora in the back office, "Calls", the call, "Play".

  Commands        RTC_DEMO_DATA={data} .venv/bin/python manage.py rtc_doctor
  Data and logs   {data}
  Stop            Ctrl-C
"""


def phone(url: str) -> str:
    """A QR code made of block characters, and what the phone will ask."""
    out = io.StringIO()
    segno.make(url, error="m").terminal(out=out, compact=True, border=2)
    return f"""{out.getvalue()}
  A phone in the same network opens {url}
  It warns once about the certificate, which this machine made for itself: choose to go on. So does a browser here.
"""
