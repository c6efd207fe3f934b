from __future__ import annotations

from django.urls import path

from .views import product

app_name = "rtc_commerce"

urlpatterns = [path("product/", product.panel, name="product_panel")]
