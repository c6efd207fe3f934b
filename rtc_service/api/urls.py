"""`path("api/v1/", include("rtc_service.api.urls"))`; leaves add theirs by `registry.api`."""

from __future__ import annotations

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from .. import registry
from .calls import CallViewSet
from .documents import DocumentViewSet, MissingViewSet

app_name = "rtc_api"
router = SimpleRouter(use_regex_path=False)
router.register("calls", CallViewSet, basename="calls")
for prefix, part in registry.get().apis.items():
    router.register(prefix, part.load(), basename=prefix)

METHODS = ("get", "post", "put", "patch", "delete")
urlpatterns = [
    *router.urls,
    path("openapi.json", DocumentViewSet.as_view({"get": "list"}), name="openapi"),
    re_path(r"", MissingViewSet.as_view(dict.fromkeys(METHODS, "missing")), name="missing"),
]
