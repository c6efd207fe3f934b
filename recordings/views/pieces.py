"""The body of a media response: decrypted piece by piece, beside the event loop, and closed in any case."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async

from ..models import RecordingFile
from ..services import playback
from ..vault.errors import VaultError
from .ranges import Part

PIECE = 65_536  # as the chunks of the container: each is decrypted once


class Source:
    """One part of one file. `read()` gives the next piece, b"" at the end of the part.

    The first piece is read at once, so that what is wrong there becomes an answer of its own.
    Raises playback.Gone, playback.Damaged.
    """

    def __init__(self, file: RecordingFile, part: Part) -> None:
        self.file = file
        self.position = part.first
        self.left = part.length
        self.reader: io.RawIOBase = playback.open_file(file)
        try:
            self.reader.seek(part.first)
            self.first = self.read()
        except (VaultError, OSError) as error:
            self.reader.close()
            raise playback.noted(file, error, self.position) from error
        if not self.first and part.length:
            self.reader.close()
            raise playback.noted(file, EOFError(), self.position)

    def read(self) -> bytes:
        """At most to the next chunk's border. Raises VaultError, OSError."""
        wanted = min(PIECE - self.position % PIECE, self.left)
        piece: bytes = (self.reader.read(wanted) or b"") if wanted else b""
        self.position += len(piece)
        self.left -= len(piece)
        return piece

    def failed(self, error: Exception) -> None:
        """What was promised cannot be sent. The response simply ends: it carries no Content-Length, so that an early
        end is told by the framing, and the player's next request for the rest gets the answer of `__init__`."""
        playback.noted(self.file, error, self.position)

    def close(self) -> None:
        self.reader.close()


class Pieces:
    """For WSGI."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __iter__(self) -> Iterator[bytes]:
        piece = self.source.first
        while piece:
            yield piece
            try:
                piece = self.source.read()
            except (VaultError, OSError) as error:
                return self.source.failed(error)
        if self.source.left:
            self.source.failed(EOFError())

    def close(self) -> None:
        """Called by Django when the response is done with, also when the client has gone."""
        self.source.close()


class AsyncPieces:
    """For ASGI: reading and decrypting happen in the loop's threads."""

    def __init__(self, source: Source) -> None:
        self.source = source

    async def __aiter__(self) -> AsyncIterator[bytes]:
        piece = self.source.first
        while piece:
            yield piece
            try:
                piece = await asyncio.to_thread(self.source.read)
            except (VaultError, OSError) as error:
                await sync_to_async(self.source.failed)(error)
                return
        if self.source.left:
            await sync_to_async(self.source.failed)(EOFError())

    def close(self) -> None:
        self.source.close()
