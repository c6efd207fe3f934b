"""The demo's application under the bench's settings."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.project.settings")

from demo.asgi import application  # noqa: E402

__all__ = ["application"]
