"""Published signals."""

from django.dispatch import Signal

# Sent after the commit, in the thread that committed, with `event`: the rtc_service.models.Event.
# For what may be lost: screens, matching. What is owed is a duty (registry.duty).
committed = Signal()
