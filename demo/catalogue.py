"""What the shop sells. The texts are message ids, shown through gettext: the catalogue speaks three languages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


def _(text: str) -> str:
    """Marks a text for makemessages; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Item:
    sku: str
    title: str
    slug: str
    category: str
    price: Decimal
    stock: int
    tagline: str
    description: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def picture(self) -> str:
        return f"{self.slug}.svg"


CATEGORIES = {
    "kitchen": _("Kitchen"),
    "living": _("Living"),
    "sound": _("Sound and desk"),
    "outdoor": _("Outdoor"),
}

ITEMS = (
    Item(
        "SKU-1", _("Teapot"), "teapot", "kitchen", Decimal("48.00"), 14,
        _("Glazed stoneware, for three cups and a long talk"),
        _("Thrown by hand, fired twice, and poured without a drop on the table. The lid stays on to the last cup."),
        ((_("Volume"), _("0.9 l")), (_("Material"), _("Stoneware")), (_("Dishwasher"), _("Yes"))),
    ),
    Item(
        "SKU-2", _("Pour-over set"), "pour-over", "kitchen", Decimal("39.50"), 22,
        _("Glass, cork and a slow morning"),
        _("A dripper of clear glass on its own carafe, with a cork collar that keeps fingers cool."),
        ((_("Volume"), _("0.6 l")), (_("Material"), _("Glass, cork")), (_("Filters"), _("40 included"))),
    ),
    Item(
        "SKU-3", _("Cast-iron pan"), "pan", "kitchen", Decimal("62.00"), 9,
        _("Gets better every time"),
        _("Pre-seasoned, flat as a table, and at home on gas, induction and open fire."),
        ((_("Diameter"), _("26 cm")), (_("Weight"), _("2.1 kg")), (_("Induction"), _("Yes"))),
    ),
    Item(
        "SKU-4", _("Reading lamp"), "lamp", "living", Decimal("129.00"), 6,
        _("Warm light that follows the evening"),
        _("Dims from a bright desk light to the last page of a chapter. The arm stays where it is put."),
        ((_("Light"), _("2200 to 4000 K")), (_("Power"), _("9 W")), (_("Height"), _("52 cm"))),
    ),
    Item(
        "SKU-5", _("Lounge chair"), "chair", "living", Decimal("349.00"), 3,
        _("Oak, wool, and nothing to do"),
        _("A frame of solid oak and a seat of undyed wool. Delivered in one piece and carried up the stairs."),
        ((_("Width"), _("72 cm")), (_("Material"), _("Oak, wool")), (_("Guarantee"), _("5 years"))),
    ),
    Item(
        "SKU-6", _("Monstera in a pot"), "monstera", "living", Decimal("34.00"), 18,
        _("A bit of jungle for the window"),
        _("Grown slowly and sent in its pot. Asks for light, a little water and the occasional compliment."),
        ((_("Height"), _("45 cm")), (_("Light"), _("Half shade")), (_("Pot"), _("Clay, 19 cm"))),
    ),
    Item(
        "SKU-7", _("Headphones"), "headphones", "sound", Decimal("189.00"), 11,
        _("The quiet is included"),
        _("Forty hours of music, noise cancelling that forgives a train, and ear pads that can be replaced."),
        ((_("Battery"), _("40 h")), (_("Weight"), _("245 g")), (_("Microphone"), _("Yes"))),
    ),
    Item(
        "SKU-8", _("Keyboard"), "keyboard", "sound", Decimal("119.00"), 7,
        _("Typing that sounds like rain"),
        _("Mechanical switches, soft and steady, in a body of milled aluminium. Three devices, one key to change."),
        ((_("Switches"), _("Tactile")), (_("Layouts"), _("US, DE, FR")), (_("Battery"), _("60 h"))),
    ),
    Item(
        "SKU-9", _("Day backpack"), "backpack", "outdoor", Decimal("94.00"), 16,
        _("For the office and the way out of it"),
        _("Waxed cotton, leather tabs, a padded sleeve for a laptop and a pocket for what must be found at once."),
        ((_("Volume"), _("21 l")), (_("Laptop"), _("up to 15 inch")), (_("Water"), _("Repellent"))),
    ),
    Item(
        "SKU-10", _("City bicycle"), "bicycle", "outdoor", Decimal("890.00"), 0,
        _("Eight gears, one lamp, no excuse"),
        _("A steel frame, a belt instead of a chain, and light from the hub. Fitted to the rider in a video call."),
        ((_("Gears"), _("8, hub")), (_("Weight"), _("14.2 kg")), (_("Sizes"), _("S, M, L"))),
    ),
)  # fmt: skip
