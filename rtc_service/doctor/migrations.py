"""Is the database as the code expects it?"""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from .finding import Finding, ok, problem


def check() -> list[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return [ok("All migrations are applied.")]
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _backwards in plan[:5])
    return [problem(f"{len(plan)} migrations are not applied: {names}.", "Run `manage.py migrate`.")]
