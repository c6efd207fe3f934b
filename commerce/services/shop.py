"""The shop that the settings name, asked within a time limit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache, partial
from typing import TypeVar

from django.db import close_old_connections, connection
from django.utils import translation
from django.utils.module_loading import import_string

from .. import conf
from ..adapters.base import ShopAdapter
from ..adapters.errors import ShopError, Unavailable
from ..adapters.null import NullShop
from ..adapters.values import Capability

log = logging.getLogger("rtc_commerce")
T = TypeVar("T")

# A shop that hangs fills these threads, and then further questions fail within their time limit, too.
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="rtc-shop")


@lru_cache(maxsize=8)
def _load(path: str) -> ShopAdapter:
    shop: ShopAdapter = import_string(path)() if path else NullShop()
    return shop


def adapter() -> ShopAdapter:
    """The adapter that the settings name now; one object per path."""
    return _load(conf.commerce().ADAPTER)


def can(capability: Capability) -> bool:
    """Whether the shop names the capability."""
    return capability in adapter().capabilities()


def ask(question: Callable[[ShopAdapter], T]) -> T:
    """The shop's answer. Raises ShopError: its own word, or Unavailable when it is late or broken.

    Reads only: a question that is late goes on in its thread, and nobody hears the answer.
    """
    shop = adapter()
    if connection.in_atomic_block:  # another thread would not see the caller's rows (tests, admin)
        return _answer(shop, question)
    future = _pool.submit(partial(_in_thread, shop, question, translation.get_language()))
    try:
        return future.result(timeout=conf.commerce().READ_SECONDS)
    except TookTooLong:
        future.cancel()
        log.warning("the shop took longer than %.1f s", conf.commerce().READ_SECONDS)
        raise Unavailable("the shop did not answer in time") from None


def _in_thread(shop: ShopAdapter, question: Callable[[ShopAdapter], T], language: str | None) -> T:
    close_old_connections()
    try:
        with translation.override(language):
            return _answer(shop, question)
    finally:
        close_old_connections()


def _answer(shop: ShopAdapter, question: Callable[[ShopAdapter], T]) -> T:
    try:
        return question(shop)
    except ShopError:
        raise
    except Exception as error:  # the host's code: a fault in it must not take a call or a page with it
        log.exception("the shop's adapter failed")
        raise Unavailable(f"the adapter failed: {type(error).__name__}") from error
