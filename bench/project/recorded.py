"""Make a recording to play and print who may: `python -m bench.project.recorded MEGABYTES`, 0 for one that browsers can
play. Answers {"cookie", "player", "media": [path, …]}; the links last as long as LINK_SECONDS says."""

from __future__ import annotations

import json
import os
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import reverse  # noqa: E402

from recordings.models import Recording, RecordingFile  # noqa: E402
from recordings.services import media_links  # noqa: E402
from recordings.vault import store  # noqa: E402
from rtc_service import clock  # noqa: E402
from rtc_service.testing import customer, staff  # noqa: E402
from tests.admin import seeding  # noqa: E402
from tests.harness import recorded  # noqa: E402

from .plain_media import path_of  # noqa: E402

BINDING = "bench"


def make(megabytes: int) -> Recording:
    call = seeding.whole_call(customer("bench-alice"), staff("bench-bob"))
    if not megabytes:
        whole: Recording = recorded.whole(call)
        return whole
    recording: Recording = recorded.recording_of(call)
    recorded.seal(recording, call.participants.get(role="customer"), os.urandom(megabytes * 1_000_000))
    return recording


def twin(file: RecordingFile) -> None:
    path = path_of(file.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with store.open_reader(file) as reader, path.open("wb") as plain:
        while piece := reader.read(1 << 20):
            plain.write(piece)


def viewing(recording: Recording) -> tuple[int, str]:
    """(user, session key) of somebody who has given a reason."""
    users = get_user_model()._default_manager
    user = users.filter(username="bench-dora").first() or users.create_superuser("bench-dora", password=None)
    now = clock.now().timestamp()
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["rtc_recordings"] = {"key": BINDING, "views": {str(recording.uuid): [now, now, now]}}
    session.create()
    return user.pk, str(session.session_key)


def main(megabytes: int) -> None:
    recording = make(megabytes)
    files = list(recording.files.order_by("role"))
    for file in files:
        twin(file)
    user_id, key = viewing(recording)
    tokens = [media_links.make(file, user_id=user_id, binding=BINDING) for file in files]
    made = {
        "cookie": {settings.SESSION_COOKIE_NAME: key},
        "player": reverse("rtc_recordings:player", args=[recording.uuid]),
        "media": [reverse("rtc_recordings:media", args=[token]) for token in tokens],
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main(int(sys.argv[1]))
