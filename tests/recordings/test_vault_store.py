"""Where files lie: on any Django storage, each name once, and never where a web server gives files out."""

from __future__ import annotations

import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InMemoryStorage

from recordings.vault import keys, store
from recordings.vault.container import FileWriter, StreamWriter
from recordings.vault.errors import BadName, ContainerError, FileExists, FileMissing, KeyShredded

from .vaulting import plain

FILES = "django.core.files.storage.FileSystemStorage"
MEMORY = "django.core.files.storage.InMemoryStorage"


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    """The folder of the storage."""
    folder = tmp_path / "kept"
    use(settings, BACKEND=FILES, OPTIONS={"location": folder})
    return folder


def use(settings: Any, **storage: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "rtc_recordings": storage}


def put(content: bytes, *, kind: Any = FileWriter, name: str = "") -> Any:
    """A file on the storage; answers its row."""
    name = name or f"{uuid.uuid4()}/{uuid.uuid4()}.rec"
    key, key_id, wrapped = keys.new(name)
    with kind(store.create(name), key, name) as writer:
        writer.write(content)
    return SimpleNamespace(name=name, key_id=key_id, wrapped_key=wrapped)


@pytest.mark.parametrize("backend", [FILES, MEMORY])
@pytest.mark.parametrize("kind", [FileWriter, StreamWriter])
def test_there_and_back(settings: Any, place: Path, backend: str, kind: Any) -> None:
    if backend == MEMORY:
        use(settings, BACKEND=MEMORY)
        assert isinstance(store.storage(), InMemoryStorage)
    content = plain(300_000)
    row = put(content, kind=kind)
    assert store.exists(row.name)
    with store.open_reader(row) as reader:
        reader.seek(150_000)
        assert reader.read(20) == content[150_000:150_020]
    with pytest.raises(FileExists):
        store.create(row.name)
    assert store.names(row.name.split("/")[0]) == [row.name]
    store.delete(row.name)
    store.delete(row.name)
    assert not store.exists(row.name)
    assert store.names(row.name.split("/")[0]) == []
    with pytest.raises(FileMissing):
        store.open_reader(row)


def test_a_folder_goes_with_its_last_file_and_others_cannot_read(place: Path) -> None:
    folder = str(uuid.uuid4())
    rows = [put(b"x", name=f"{folder}/{number}.seg") for number in (1, 2)]
    assert (place / folder).stat().st_mode & 0o7 == 0
    assert (place / rows[0].name).stat().st_mode & 0o137 == 0
    store.delete(rows[0].name)
    assert (place / folder).is_dir()
    store.delete(rows[1].name)
    assert not (place / folder).exists()


def test_a_segment_that_is_being_written_is_read_up_to_its_last_seal(place: Path) -> None:
    name = "recording/1.seg"
    key, key_id, wrapped = keys.new(name)
    row = SimpleNamespace(name=name, key_id=key_id, wrapped_key=wrapped)
    with StreamWriter(store.create(name), key, name) as writer:
        writer.write(b"sealed")
        writer.seal()
        writer.write(b"not yet")
        with store.open_reader(row, tolerant=True) as reader:
            assert (reader.read(), reader.complete) == (b"sealed", False)
        with pytest.raises(ContainerError, match="end mark"):
            store.open_reader(row)


def test_a_shredded_file_is_not_even_opened(place: Path) -> None:
    row = put(b"x")
    row.wrapped_key = ""
    (place / row.name).unlink()
    with pytest.raises(KeyShredded):
        store.open_reader(row)


@pytest.mark.parametrize(
    "name", ["../x", "a/../b", "/etc/passwd", "a", "a/b/c", "a/.hidden", "", "a/b\n", "a" * 201 + "/b"]
)
def test_no_name_leads_elsewhere(place: Path, name: str) -> None:
    row = SimpleNamespace(name=name, key_id="x", wrapped_key="x")
    for act in (store.create, store.delete, store.exists, lambda _: store.open_reader(row)):
        with pytest.raises(BadName):
            act(name)


def test_without_a_storage_it_says_what_to_write(settings: Any) -> None:
    settings.STORAGES = {name: value for name, value in settings.STORAGES.items() if name != "rtc_recordings"}
    with pytest.raises(ImproperlyConfigured, match=r'STORAGES\["rtc_recordings"\] = '):
        store.create("a/b")


class Forgetful(InMemoryStorage):
    """Gives back less than was written."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        file = super()._open(name, mode)
        if mode == "rb":
            file.file.truncate(1_000)
        return file


class Sticky(InMemoryStorage):
    """Deletes nothing."""

    def delete(self, name: str) -> None:
        pass


def test_a_probe_tells_whether_the_storage_keeps_what_it_is_given(settings: Any, place: Path) -> None:
    store.check()
    assert list(place.iterdir()) == []
    use(settings, BACKEND=f"{__name__}.Forgetful")
    with pytest.raises(ContainerError):
        store.check()
    use(settings, BACKEND=f"{__name__}.Sticky")
    with pytest.raises(store.VaultError, match="keeps what was deleted"):
        store.check()
    (place.parent / "a file").touch()
    use(settings, BACKEND=FILES, OPTIONS={"location": place.parent / "a file"})
    with pytest.raises(OSError):
        store.check()


# --- system checks


def ids() -> list[str]:
    return [str(message.id) for message in run_checks() if str(message.id).startswith("rtc_recordings")]


def switch_on(settings: Any, *, core: dict[str, Any] | None = None, **values: Any) -> None:
    on = {"SIGNALLING_URL": "ws://127.0.0.1:8000/ws/rtc/", **values}
    settings.RTC_SERVICE = {**settings.RTC_SERVICE, **({"core": core} if core is not None else {}), "recordings": on}


def test_a_good_host_has_nothing_to_mend(settings: Any, place: Path) -> None:
    switch_on(settings)
    assert ids() == []


def test_a_missing_storage_is_an_error_where_recordings_are_on(settings: Any) -> None:
    settings.STORAGES = {name: value for name, value in settings.STORAGES.items() if name != "rtc_recordings"}
    settings.RTC_SERVICE = {**settings.RTC_SERVICE, "recordings": {}}
    assert ids() == []
    switch_on(settings)
    assert ids() == ["rtc_recordings.E001"]
    use(settings, BACKEND="no.such.Backend")
    assert ids() == ["rtc_recordings.E001"]


def test_a_storage_that_a_web_server_gives_out_is_an_error(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.STATIC_ROOT = tmp_path / "media", tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "assets", ("shop", tmp_path / "more")]
    for folder in settings.STATICFILES_DIRS[:1] + [tmp_path / "more"]:
        folder.mkdir()
    for inside in ("media/recordings", "media", "static/x", "assets", "more/x/y", "private/../media/x"):
        use(settings, BACKEND=FILES, OPTIONS={"location": tmp_path / inside})
        assert ids() == ["rtc_recordings.E002"], inside
    (tmp_path / "link").symlink_to(tmp_path / "media")
    use(settings, BACKEND=FILES, OPTIONS={"location": tmp_path / "link" / "x"})
    assert ids() == ["rtc_recordings.E002"]
    use(settings, BACKEND=FILES)  # no location: MEDIA_ROOT
    assert ids() == ["rtc_recordings.E002"]
    use(settings, BACKEND=FILES, OPTIONS={"location": tmp_path / "mediation"})
    assert ids() == []


@pytest.mark.parametrize("entry", [["k", "short"], ["k"], ["", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]])
def test_a_bad_key(settings: Any, entry: list[str]) -> None:
    settings.RTC_SERVICE = {**settings.RTC_SERVICE, "recordings": {"KEY_RING": [entry]}}
    assert ids() == ["rtc_recordings.E003"]


def test_no_key_ring(settings: Any, place: Path) -> None:
    switch_on(settings, core={})
    assert ids() == ["rtc_recordings.W004"]
    switch_on(settings, core={}, KEY_RING=[["k", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]])
    assert ids() == []
