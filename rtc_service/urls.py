"""`path("rtc/", include("rtc_service.urls"))`"""

from django.urls import path

from .views import session, widget

app_name = "rtc_service"
urlpatterns = [
    path("session/", session.customer_session, name="session"),
    path("staff-session/", session.staff_session, name="staff_session"),
    path("widget/", widget.fragment, name="widget"),
]
