"""Where the shop plugs into the core."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rtc_service import conf, registry

from .conf import CommerceSettings
from .panels import customer_panel, product_panel
from .services import catalogue, customers, watch


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    from . import checks  # noqa: F401  (checks register themselves)

    conf.register("commerce", CommerceSettings)
    registry.context("customer", customers.facts)
    registry.topic(catalogue.TOPIC, catalogue.read, catalogue.followed_by_call, catalogue.followed_by_staff)
    registry.sweeper("commerce.watch", watch.sweep)
    registry.panel(registry.Panel("customer", _("Customer"), customer_panel, order=10))
    registry.panel(registry.Panel("product", _("Product"), product_panel, order=20))
