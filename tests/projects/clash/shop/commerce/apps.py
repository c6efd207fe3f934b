from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.projects.clash.shop.commerce"
    label = "commerce"
    default_auto_field = "django.db.models.BigAutoField"
