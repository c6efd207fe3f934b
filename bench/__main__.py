"""`python -m bench` (`make bench`): measure all figures, or with `--only PREFIX` (or ONLY=) those whose name begins so.

Results go to `bench/results.json`, raw samples to `bench/raw/`.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback

from .rows import ALL
from .run import Run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Our figures beside their peers.")
    parser.add_argument("--only", default=os.environ.get("ONLY", ""), help="measure figures whose name begins so")
    parser.add_argument("--list", action="store_true", help="name the figures")
    parser.add_argument("--rehearse", action="store_true", help="measure each once and write nothing")
    options = parser.parse_args()
    if options.list:
        print("\n".join(name for bench in ALL for name in bench.names))
        return 0
    run = Run(only=options.only, rehearsal=options.rehearse)
    wanted = [bench for bench in ALL if run.wants(*bench.names)]
    if not wanted:
        print(f"no figure begins with {run.only!r}; --list names them", file=sys.stderr)
        return 2
    failed = 0
    for bench in wanted:
        print(f"— {', '.join(bench.names)}", flush=True)
        try:
            bench.measure(run)
        except Exception:  # noqa: BLE001 - one bench that cannot run must not take the others with it
            failed += 1
            traceback.print_exc()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
