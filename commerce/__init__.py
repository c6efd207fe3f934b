"""The interface to a shop, and what of the shop is shown in a call."""
