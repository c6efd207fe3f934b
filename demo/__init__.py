"""A small shop and the project that `manage.py` runs: an example of a host. Not in the wheel; nothing imports it."""
