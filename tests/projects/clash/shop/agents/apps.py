from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.projects.clash.shop.agents"
    label = "agents"
    default_auto_field = "django.db.models.BigAutoField"
