from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.projects.clash.shop.recordings"
    label = "recordings"
    default_auto_field = "django.db.models.BigAutoField"
