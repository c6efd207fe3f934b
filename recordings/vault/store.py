"""The recordings' place: encrypted files on top of a Django storage. Nothing else in the project touches it."""

from __future__ import annotations

import os
import re
import uuid
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, InvalidStorageError, Storage, storages

from ..conf import recordings
from . import keys
from .container import FileWriter, Reader
from .errors import BadName, FileExists, FileMissing, VaultError

# Who shares the group (web server and workers as different users) may read; the content is encrypted anyway.
FILE_MODE, FOLDER_MODE = 0o640, 0o750
# One folder per recording; no name can lead out of the place.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
WRITE_THIS = (
    'Add to settings.py: STORAGES["{alias}"] = {{"BACKEND": "django.core.files.storage.FileSystemStorage", '
    '"OPTIONS": {{"location": BASE_DIR.parent / "recordings"}}}} - a place that no web server serves.'
)


def storage() -> Storage:
    """The storage of the alias in RTC_SERVICE["recordings"]["STORAGE"]. Raises ImproperlyConfigured, which says what
    to write."""
    alias = recordings().STORAGE
    try:
        return storages[alias]
    except InvalidStorageError as error:
        raise ImproperlyConfigured(f"{error} {WRITE_THIS.format(alias=alias)}") from error


def create(name: str) -> BinaryIO:
    """A new file, to be handed to a writer, which closes it. Raises FileExists, BadName."""
    place = storage()
    _check_name(name)
    if isinstance(place, FileSystemStorage):
        return _create_on_disk(Path(place.path(name)))
    if place.exists(name):
        raise FileExists(name)
    return cast(BinaryIO, place.open(name, "wb"))


def open_reader(row: keys.Sealed, tolerant: bool = False) -> Reader:
    """Read the row's file. Raises VaultError: what `keys.unwrap` and `Reader` raise, FileMissing, BadName."""
    _check_name(row.name)
    key = keys.unwrap(row.key_id, row.wrapped_key, row.name)
    try:
        source = storage().open(row.name, "rb")
    except FileNotFoundError:
        raise FileMissing(row.name) from None
    return Reader(cast(BinaryIO, source), key, row.name, tolerant=tolerant)


def delete(name: str) -> None:
    """Remove the file, and its folder with the last one; nothing happens when it is gone already."""
    place = storage()
    _check_name(name)
    place.delete(name)
    if isinstance(place, FileSystemStorage):
        with suppress(OSError):  # not empty, or not there
            os.rmdir(Path(place.path(name)).parent)


def exists(name: str) -> bool:
    _check_name(name)
    return storage().exists(name)


def names(folder: str) -> list[str]:
    """Names of all files in a recording's folder; none when the storage cannot list or there is no such folder."""
    _check_name(f"{folder}/x")
    try:
        _folders, files = storage().listdir(folder)
    except (FileNotFoundError, NotADirectoryError, NotImplementedError):
        return []
    return sorted(f"{folder}/{file}" for file in files)


def check() -> None:
    """Write, read and delete a probe. Raises ImproperlyConfigured, VaultError or OSError: whatever a recording would
    run into."""
    name = f"{uuid.uuid4()}/probe.rec"
    key, _key_id, _wrapped = keys.new(name)
    said = os.urandom(100_000)
    try:
        with FileWriter(create(name), key, name) as writer:
            writer.write(said)
        with Reader(cast(BinaryIO, storage().open(name, "rb")), key, name) as reader:
            if reader.read() != said:
                raise VaultError("the storage gives back something else than was written")
    finally:
        delete(name)
    if exists(name):
        raise VaultError("the storage keeps what was deleted")


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > 200:
        raise BadName(repr(name)[:80])


def _create_on_disk(path: Path) -> BinaryIO:
    """O_EXCL: two recorders that believe in the same name never write into one file."""
    for _attempt in range(3):  # the folder may go with its last file between the two lines
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        except FileExistsError:
            raise FileExists(f"{path.parent.name}/{path.name}") from None
        except FileNotFoundError:
            continue
        return os.fdopen(descriptor, "wb")
    raise FileMissing(f"the folder of {path.parent.name}/{path.name} goes as often as it is made")
