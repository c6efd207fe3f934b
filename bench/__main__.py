"""`python -m bench` (`make bench`): measure all figures, or with ONLY=prefix those whose name begins so.

Names: `python -m bench --list`. Results go to `bench/results.json`, raw samples to `bench/raw/`. With `--rehearse` each
is measured once and nothing is written.
"""

from __future__ import annotations

import os
import sys
import traceback

from .rows import ALL
from .run import Run


def main() -> int:
    if "--list" in sys.argv:
        print("\n".join(name for bench in ALL for name in bench.names))
        return 0
    run = Run(only=os.environ.get("ONLY", ""), rehearsal="--rehearse" in sys.argv)
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
