"""HTTP, static files and sockets in one ASGI application. No nginx in the demo: static files come from here."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
django_application = get_asgi_application()

# After the line above, which loads the apps.
from rtc_service.routing import wrap_asgi  # noqa: E402

from .static_files import SharedStaticFiles  # noqa: E402

application = wrap_asgi(SharedStaticFiles(django_application))
