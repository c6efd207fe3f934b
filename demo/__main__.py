"""`python -m demo`: what `make demo` runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from .supervisor import Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description="The demo shop with everything it needs.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=Path(".demo"), help="where database, keys and logs are kept")
    parser.add_argument("--lan", action="store_true", help="HTTPS for the local network, with a QR code for phones")
    options = parser.parse_args()
    return Supervisor(port=options.port, data=options.data.resolve(), lan=options.lan).run()


raise SystemExit(main())
