"""The product beside the call is the shop's at this moment: a new price shows in both windows while they talk."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.harness.demo_server import Site
from tests.browser.harness.people import PRODUCT, Agent, Customer

SECONDS = 15_000  # ms within which a change is on both screens


def customer_price(alice: Customer) -> Locator:
    return alice.part("product-price")


def agent_price(bob: Agent) -> Locator:
    return bob.page.locator('[data-rtc-panel="product"] .rtc-product-price')


def change(site: Site, statement: str) -> None:
    """Run it with `product` at hand, in another process than the web server."""
    product = f"from demo.models import Product; product = Product.objects.get(slug={PRODUCT!r})"
    site.manage("shell", "-v", "0", "-c", f"{product}; {statement}")


def test_a_new_price_shows_on_both_sides_of_a_running_call(site: Site, alice: Customer, bob: Agent) -> None:
    alice.open_product()
    alice.call()
    bob.accepts()
    alice.talks()
    bob.talks()
    expect(customer_price(alice)).to_be_visible(timeout=SECONDS)
    expect(agent_price(bob)).to_be_visible(timeout=SECONDS)
    picture = alice.part("product-picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

    change(site, "product.price = '39.50'; product.save()")  # the shop tells us
    expect(customer_price(alice)).to_contain_text("39.50", timeout=SECONDS)
    expect(agent_price(bob)).to_contain_text("39.50", timeout=SECONDS)

    change(site, "Product.objects.filter(pk=product.pk).update(price='41.25')")  # past the model: we find out ourselves
    expect(customer_price(alice)).to_contain_text("41.25", timeout=SECONDS)
    expect(agent_price(bob)).to_contain_text("41.25", timeout=SECONDS)
    assert alice.complaints == []
    alice.hangs_up()
    alice.sees_the_end()
    bob.finishes()
