"""Tickets: what a call leaves to be done, and the customer's view of it."""
