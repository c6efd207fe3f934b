"""Celery's broker of files, mended: a message appears whole or not at all.

kombu 5 makes the file first, under the name that workers look for, and writes it afterwards. A worker that looks at
that moment takes an empty file: the message is lost, and the worker stops with "Unrecoverable error".
"""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        draft = folder / f".{name}"  # nobody looks for a name that begins with a dot
        try:
            draft.write_text(dumps(payload))  # type: ignore[no-untyped-call]
            os.rename(draft, folder / name)
        except OSError as error:
            raise ChannelError(f"cannot add {name!r} to the broker's folder") from error


class Transport(filesystem.Transport):
    Channel = Channel


def use() -> None:
    """`filesystem://` means this one from now on, in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
