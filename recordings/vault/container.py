"""AES-256-GCM in chunks: the names by which others use it. What the bytes are: `format`."""

from .errors import ContainerError
from .format import CHUNK
from .reader import Reader, digest
from .writers import FileWriter, StreamWriter

__all__ = ["CHUNK", "ContainerError", "FileWriter", "Reader", "StreamWriter", "digest"]
