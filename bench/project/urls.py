"""The demo's addresses, and the media view once more over a plain file: the peer of the playback figures."""

from __future__ import annotations

from django.urls import path

from demo.urls import urlpatterns as demo

from .plain_media import plain

urlpatterns = [*demo, path("recordings/plain/<str:token>/", plain)]
