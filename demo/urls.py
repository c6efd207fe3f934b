from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("demo.shop_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("rtc/", include("rtc_service.urls")),
    path("workbench/", include("agents.urls")),
    path("tickets/", include("tickets.urls")),
    path("commerce/", include("commerce.urls")),
]
