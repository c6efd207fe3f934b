"""What a new installation starts with: recording by hand, kept for 90 days; the question in three languages; and what
the supervisors' group may do. Agents need no permission to start and stop the recording of their own calls."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from rtc_service.groups import SUPERVISOR, grant

TEXTS = {
    "en": (
        "May we record this call: picture and sound of both sides? The recording helps us to follow up on your request "
        "and is deleted after the time that our privacy notice states. You may say no, and stop it at any time."
    ),
    "zh-hans": (
        "我们可以录制本次通话（双方的画面和声音）吗？录制内容用于跟进您的需求，并会在我们的隐私声明所述期限后删除。"
        "您可以拒绝，也可以随时停止录制。"
    ),
    "zh-hant": (
        "我們可以錄製本次通話（雙方的畫面和聲音）嗎？錄製內容用於跟進您的需求，並會在我們的隱私權聲明所述期限後刪除。"
        "您可以拒絕，也可以隨時停止錄影。"
    ),
}
RIGHTS = (
    "view_recording", "play_recording", "hold_recording", "delete_recordings",
    "view_policy", "add_policy", "change_policy", "delete_policy",
    "view_wording", "add_wording", "change_wording", "view_consent", "view_hold", "add_hold", "change_hold",
)  # fmt: skip


def forward(apps: Any, schema_editor: Any) -> None:
    apps.get_model("rtc_recordings", "Policy").objects.get_or_create(
        queue="", defaults={"start": "manual", "keep_days": 90}
    )
    for language, text in TEXTS.items():
        apps.get_model("rtc_recordings", "Wording").objects.get_or_create(
            version="1", language=language, defaults={"text": text, "created": timezone.now()}
        )
    grant(apps, "rtc_recordings", SUPERVISOR, RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("rtc_recordings", "0002_recording_given"), ("rtc_service", "0002_groups")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
