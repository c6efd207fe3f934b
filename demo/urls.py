from __future__ import annotations

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("demo.shop_urls")),
    # Pages that name no icon of their own (Django admin).
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("rtc_demo/logo.svg"))),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("rtc/", include("rtc_service.urls")),
    path("workbench/", include("agents.urls")),
    path("tickets/", include("tickets.urls")),
    path("commerce/", include("commerce.urls")),
    path("api/v1/", include("rtc_service.api.urls")),
    path("recordings/", include("recordings.urls")),
]
