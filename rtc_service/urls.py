"""`path("rtc/", include("rtc_service.urls"))`"""

from django.apps import apps
from django.urls import path

from .views import session, widget

app_name = "rtc_service"
urlpatterns = [
    path("session/", session.customer_session, name="session"),
    path("staff-session/", session.staff_session, name="staff_session"),
    path("widget/", widget.widget, name="widget"),
]

if apps.is_installed("django_otp.plugins.otp_totp") and apps.is_installed("django_otp.plugins.otp_static"):
    from .views import otp  # django-otp's models cannot be imported where they are not installed

    urlpatterns += [
        path("otp/", otp.otp, name="otp"),
        path("otp/qr.svg", otp.qr, name="otp_qr"),
        path("otp/backup-codes/", otp.backup_codes, name="otp_backup_codes"),
    ]
