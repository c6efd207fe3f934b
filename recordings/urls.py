"""`path("recordings/", include("recordings.urls"))`"""

from __future__ import annotations

from django.urls import path

from .views import media, player

app_name = "rtc_recordings"

urlpatterns = [
    path("<uuid:recording>/play/", player.play, name="play"),
    path("<uuid:recording>/player/", player.player, name="player"),
    path("<uuid:recording>/renew/", player.renew, name="renew"),
    path("<uuid:recording>/state/", player.state, name="state"),
    path("media/<str:token>/", media.media, name="media"),
]
