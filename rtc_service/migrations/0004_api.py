"""REST API: machine clients, exact rates, and stored answers encrypted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rtc_service.fields


class Migration(migrations.Migration):
    dependencies = [
        ("rtc_service", "0003_record_alert_seal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "prefix",
                    models.CharField(editable=False, max_length=16, unique=True, verbose_name="prefix of the key"),
                ),
                ("secret_hash", models.CharField(editable=False, max_length=64)),
                ("scopes", models.JSONField(default=list, verbose_name="scopes")),
                (
                    "storefront",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Empty: the calls of all storefronts.",
                        max_length=64,
                        verbose_name="storefront",
                    ),
                ),
                (
                    "rate",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: the setting API_CLIENT_RATE.",
                        null=True,
                        verbose_name="requests per minute",
                    ),
                ),
                ("expires", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("revoked", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                ("last_used", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("created", models.DateTimeField(verbose_name="created")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        help_text="The client may then do no more than this user.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rtc_service_api_clients",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acts for",
                    ),
                ),
            ],
            options={
                "verbose_name": "API client",
                "verbose_name_plural": "API clients",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RateWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=100, unique=True)),
                ("number", models.PositiveBigIntegerField()),
                ("count", models.PositiveBigIntegerField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AlterField(
            model_name="idempotencykey",
            name="answer",
            field=rtc_service.fields.EncryptedTextField(blank=True, default=""),
        ),
    ]
