from django.urls import include, path

urlpatterns = [path("rtc/", include("rtc_service.urls"))]
