"""One row per leg with the worst that lasted, also for what was measured before; alerts for the supervisors."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

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
                row.save()
            row = summaries.model(participant_id=leg.pk, call_id=leg.call_id, until=sample.window_start)
        lasting.add(row, sample.window_start, sample.seconds, sample.values, counts=lambda key: key != "fps")
    if row is not None:
        row.save()


def permissions(apps: Any, schema_editor: Any) -> None:
    grant(apps, "rtc_service", SUPERVISOR, ["view_alert", "clear_alert"])


class Migration(migrations.Migration):
    dependencies = [
        ("rtc_service", "0006_api_groups"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="alert",
            options={
                "default_permissions": ("view",),
                "ordering": ["-raised"],
                "permissions": [("clear_alert", "Can clear alerts")],
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
            },
        ),
        migrations.CreateModel(
            name="QualitySummary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateTimeField()),
                ("newest", models.JSONField(default=dict)),
                ("seconds", models.FloatField(default=0.0)),
                ("received", models.FloatField(default=0.0)),
                ("sent", models.FloatField(default=0.0)),
                ("loss", models.FloatField(blank=True, null=True)),
                ("rtt_ms", models.FloatField(blank=True, null=True)),
                ("latency_ms", models.FloatField(blank=True, null=True)),
                ("frozen", models.FloatField(blank=True, null=True)),
                ("fps", models.FloatField(blank=True, null=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_summaries",
                        to="rtc_service.call",
                    ),
                ),
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_summary",
                        to="rtc_service.participant",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["loss"], name="rtc_service_qsum_loss_idx"),
                    models.Index(fields=["rtt_ms"], name="rtc_service_qsum_rtt_idx"),
                    models.Index(fields=["latency_ms"], name="rtc_service_qsum_delay_idx"),
                    models.Index(fields=["frozen"], name="rtc_service_qsum_frozen_idx"),
                    models.Index(fields=["fps"], name="rtc_service_qsum_fps_idx"),
                ],
            },
        ),
        migrations.RunPython(sum_up, migrations.RunPython.noop),
        migrations.RunPython(permissions, migrations.RunPython.noop),
    ]
