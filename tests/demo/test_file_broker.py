"""A message in the file broker is whole from the moment at which a worker can see it."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection

from demo import environment, file_broker


def test_filesystem_means_the_mended_one(tmp_path: Path) -> None:
    options = environment.filesystem_broker(tmp_path)
    with Connection("filesystem://", transport_options=options) as connection:
        assert isinstance(connection.transport, file_broker.Transport)


def test_it_goes_there_and_back_in_order(tmp_path: Path) -> None:
    options = environment.filesystem_broker(tmp_path)
    with Connection("filesystem://", transport_options=options) as connection:
        queue = connection.SimpleQueue(uuid4().hex)  # kombu remembers queues per process, not per folder
        for number in range(5):
            queue.put({"number": number})
        assert sorted(queue.get(timeout=5).payload["number"] for _ in range(5)) == list(range(5))


def test_who_looks_while_it_is_written_sees_nothing_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = environment.filesystem_broker(tmp_path)
    folder = Path(options["data_folder_out"])
    written, go = threading.Event(), threading.Event()
    rename = os.rename

    def slow(*args: object) -> None:
        written.set()
        assert go.wait(10)
        rename(*args)  # type: ignore[arg-type]

    with Connection("filesystem://", transport_options=options) as connection:
        channel = connection.channel()
        monkeypatch.setattr(os, "rename", slow)
        writer = threading.Thread(target=channel._put, args=("recordings", {"a": 1}))
        writer.start()
        assert written.wait(10)
        from queue import Empty

        with pytest.raises(Empty):
            channel._get("recordings")
        go.set()
        writer.join(10)
        monkeypatch.undo()
        [message] = folder.glob("*.recordings.msg")
        assert json.loads(message.read_text()) == {"a": 1}
        assert channel._get("recordings") == {"a": 1}
