"""Run `async def test_…` as a story over sockets: one loop and one hub per test, everything put away afterwards.

Not an async pytest plugin on purpose: `transactional_db` and the loop must end in this order (docs/decisions)."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from rtc_service.testing_sockets import sockets


def run_story(item: Any) -> bool | None:
    """For `pytest_pyfunc_call`: True when the test was a story and has been run."""
    if not inspect.iscoroutinefunction(item.obj):
        return None
    wanted = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}

    async def story() -> None:
        async with sockets(ticker=item.get_closest_marker("ticker") is not None):
            await item.obj(**wanted)

    asyncio.run(story())
    return True
