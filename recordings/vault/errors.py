"""What can be wrong with an encrypted file or its key. Codes are stable: alerts, reports and tests read them."""

from __future__ import annotations

from rtc_service.exceptions import RtcError


class VaultError(RtcError):
    """Base of all; `code` says which."""

    code = "vault"
    status = 500


class KeyMissing(VaultError):
    """The file's key was wrapped by a key that the ring does not hold (any more)."""

    code = "key_missing"


class KeyShredded(VaultError):
    """The file's key was destroyed on purpose: nobody can read it again."""

    code = "key_shredded"
    status = 410


class KeyTampered(VaultError):
    """The wrapped key was changed, or belongs to another file."""

    code = "key_tampered"


class FileMissing(VaultError):
    """The storage has no file of this name."""

    code = "file_missing"


class FileExists(VaultError):
    """There is a file of this name already; nothing is ever overwritten."""

    code = "file_exists"


class BadName(VaultError):
    """Not a name of ours: it would be kept elsewhere than in the recordings' own place."""

    code = "bad_name"


class WriterError(VaultError):
    """The writer cannot go on: it failed or was given up before, or was asked to change what is written already."""

    code = "write_refused"


class ContainerError(VaultError):
    """The file is not what was written. Codes: `bad_header` (not our file, or an unknown version), `changed` (a byte
    of it, of its name or of its key is another; also bytes behind the end), `truncated`, `out_of_order`."""

    code = "changed"

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code, code=code)
