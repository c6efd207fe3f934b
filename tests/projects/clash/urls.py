from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("help/", include("tests.projects.clash.shop.tickets.urls")),
    path("rtc/", include("rtc_service.urls")),
    path("rtc/workbench/", include("agents.urls")),
    path("rtc/tickets/", include("tickets.urls")),
    path("rtc/commerce/", include("commerce.urls")),
    path("rtc/recordings/", include("recordings.urls")),
]
