"""What follows from a commit and nobody waits for: topics, matching, the hand-over to the worker.

It runs at once, in the thread that committed; or, inside `postponed()`, when `release` is called or the block ends,
by the runner that the block was given. So the answer on a socket does not wait for what it causes (decision 0011)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

log = logging.getLogger("rtc_service.aftermath")
Step = Callable[[], None]


class _Block:
    def __init__(self, runner: Callable[[list[Step]], None]) -> None:
        self.runner = runner
        self.steps: list[Step] = []

    def release(self) -> None:
        steps, self.steps = self.steps, []
        if steps:
            self.runner(steps)


_block: ContextVar[_Block | None] = ContextVar("rtc_aftermath", default=None)


def soon(step: Step) -> None:
    """Do this now, or as soon as the block around has given it away. What may be lost with the process only."""
    block = _block.get()
    if block is None:
        run([step])
    else:
        block.steps.append(step)


def release() -> None:
    """Give away what has come together so far: the rest of the block does not need to come first."""
    block = _block.get()
    if block is not None:
        block.release()


@contextmanager
def postponed(runner: Callable[[list[Step]], None]) -> Iterator[None]:
    """Collect the steps and give them to `runner(steps)`, which returns at once."""
    block = _Block(runner)
    token = _block.set(block)
    try:
        yield
    finally:
        _block.reset(token)
        block.release()


def run(steps: list[Step]) -> None:
    """Do the steps, in order; one that fails is logged, and the sweepers make up for it."""
    for step in steps:
        try:
            step()
        except Exception:  # noqa: BLE001  it follows from something that is committed: nobody is left to tell
            log.exception("what follows from a commit failed")
