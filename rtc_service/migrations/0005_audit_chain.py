"""The audit as a chain: digests, pruned seals, heartbeats; on PostgreSQL a trigger that keeps the rows as they are.

SQLite gets no trigger: Django's own `flush` (every TransactionTestCase of a host) deletes there row by row, and a later
change of the table would drop the trigger without a word (docs/decisions/0012).
"""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat

from rtc_service.groups import SUPERVISOR, grant

GUARD = """
CREATE FUNCTION rtc_service_audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- Only what a seal that is declared pruned covers.
        IF EXISTS (
            SELECT 1 FROM rtc_service_auditseal mine JOIN rtc_service_auditseal gone ON mine.number <= gone.number
            WHERE mine.id = OLD.seal_id AND gone.pruned IS NOT NULL
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF (NEW.id, NEW.at, NEW.action, NEW.actor, NEW.address, NEW.call, NEW.target, NEW.data)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.at, OLD.action, OLD.actor, OLD.address, OLD.call, OLD.target, OLD.data)
        AND (NEW.user_id IS NULL OR NEW.user_id = OLD.user_id)
        AND (OLD.seal_id IS NULL
            OR (NEW.seal_id, NEW.place, NEW.digest) IS NOT DISTINCT FROM (OLD.seal_id, OLD.place, OLD.digest))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rtc_service_audit_entry_guard BEFORE UPDATE OR DELETE ON rtc_service_auditentry
    FOR EACH ROW EXECUTE FUNCTION rtc_service_audit_entry_guard();
CREATE FUNCTION rtc_service_audit_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM rtc_service_auditseal WHERE number > OLD.number AND pruned IS NOT NULL) THEN
            RETURN OLD;
        END IF;
    ELSIF (NEW.id, NEW.number, NEW.sealed, NEW.count, NEW.last_entry, NEW.digest)
            IS NOT DISTINCT FROM (OLD.id, OLD.number, OLD.sealed, OLD.count, OLD.last_entry, OLD.digest)
        AND OLD.pruned IS NULL
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit seals are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rtc_service_audit_seal_guard BEFORE UPDATE OR DELETE ON rtc_service_auditseal
    FOR EACH ROW EXECUTE FUNCTION rtc_service_audit_seal_guard();
"""
UNGUARD = """
DROP TRIGGER rtc_service_audit_seal_guard ON rtc_service_auditseal;
DROP FUNCTION rtc_service_audit_seal_guard();
DROP TRIGGER rtc_service_audit_entry_guard ON rtc_service_auditentry;
DROP FUNCTION rtc_service_audit_entry_guard();
"""


def name_actors(apps: Any, schema_editor: Any) -> None:
    """Entries made before this one name their user by the foreign key only, which dies with the account."""
    entries = apps.get_model("rtc_service", "AuditEntry")._base_manager.using(schema_editor.connection.alias)
    named = Concat(Value("u:"), Cast(F("user_id"), models.CharField()))
    entries.filter(actor="", user__isnull=False).update(actor=named)


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GUARD)


def unguard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNGUARD)


def permissions(apps: Any, schema_editor: Any) -> None:
    grant(apps, "rtc_service", SUPERVISOR, ["view_auditseal", "export_audit"])


class Migration(migrations.Migration):
    dependencies = [
        ("rtc_service", "0004_api"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("at", models.DateTimeField()),
                ("token", models.CharField(blank=True, default="", max_length=40)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "default_permissions": ("view",),
                "ordering": ["-at"],
                "permissions": [("export_audit", "Can export the audit")],
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
            },
        ),
        migrations.AddField(
            model_name="auditentry",
            name="digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="auditseal",
            name="pruned",
            field=models.DateTimeField(blank=True, null=True, verbose_name="pruned"),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.UniqueConstraint(fields=("seal", "place"), name="rtc_service_audit_place_uq"),
        ),
        migrations.RunPython(name_actors, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
        migrations.RunPython(permissions, migrations.RunPython.noop),
    ]
