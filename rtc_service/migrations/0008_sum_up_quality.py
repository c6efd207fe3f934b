"""What was measured before the summaries came is summed up; supervisors see and clear alerts."""

from typing import Any

from django.db import migrations

from rtc_service import lasting
from rtc_service.groups import SUPERVISOR, grant


def sum_up(apps: Any, schema_editor: Any) -> None:
    """Windows of before this migration; what was shared then is not asked, so that no frame rate is judged."""
    alias = schema_editor.connection.alias
    summaries = apps.get_model("rtc_service", "QualitySummary").objects.using(alias)
    samples = (
        apps.get_model("rtc_service", "QualitySample").objects.using(alias).order_by("participant", "window_start")
    )
    row = None
    for sample in samples.select_related("participant").iterator(2_000):
        leg = sample.participant
        if row is None or row.participant_id != leg.pk:
            if row is not None:
                row.save(using=alias)
            row = summaries.model(participant_id=leg.pk, call_id=leg.call_id, until=sample.window_start)
        lasting.add(row, sample.window_start, sample.seconds, sample.values, counts=lambda key: key != "fps")
    if row is not None:
        row.save(using=alias)


def permissions(apps: Any, schema_editor: Any) -> None:
    grant(apps, "rtc_service", SUPERVISOR, ["view_alert", "clear_alert"])


class Migration(migrations.Migration):
    dependencies = [
        ("rtc_service", "0007_quality_summary"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(sum_up, migrations.RunPython.noop),
        migrations.RunPython(permissions, migrations.RunPython.noop),
    ]
