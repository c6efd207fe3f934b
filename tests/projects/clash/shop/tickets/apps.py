from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.projects.clash.shop.tickets"
    label = "tickets"
    default_auto_field = "django.db.models.BigAutoField"
