"""`path("workbench/", include("agents.urls"))`"""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.i18n import set_language

from .views import history, workbench

app_name = "rtc_agents"

login = LoginView.as_view(
    template_name="rtc_agents/login.html", next_page="rtc_agents:workbench", redirect_authenticated_user=True
)

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("history/", history.history, name="history"),
    path("today/<str:part>/", workbench.today, name="today"),
    path("calls/<uuid:call>/panels/<slug:name>/", workbench.panel, name="panel"),
    path("login/", login, name="login"),
    path("logout/", LogoutView.as_view(next_page="rtc_agents:login"), name="logout"),
    path("language/", set_language, name="language"),
]
