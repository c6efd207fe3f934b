"""One row per leg with the worst that lasted; a permission to clear alerts."""

import django.db.models.deletion
from django.db import migrations, models


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
    ]
