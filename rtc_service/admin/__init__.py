"""The core's pages in Django's admin, on the host's own admin site.

Published for the leaves: `base.OtpModelAdmin`, `base.ReadOnlyModelAdmin`, `display` (shared columns), and
`sections.register` (a card on the call's page).
"""

from . import api_clients, audit, calls, others, participants

__all__ = ["api_clients", "audit", "calls", "others", "participants"]
