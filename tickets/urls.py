from __future__ import annotations

from django.urls import path

from .views import public, workbench

app_name = "rtc_tickets"

urlpatterns = [
    path("t/<str:token>/", public.page, name="public"),
    path("<uuid:ticket>/save/", workbench.save, name="save"),
    path("<uuid:ticket>/move/", workbench.move, name="move"),
    path("<uuid:ticket>/comment/", workbench.comment, name="comment"),
]
