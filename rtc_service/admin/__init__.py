"""The core's pages in Django's admin, on the host's own admin site.

Published for the leaves: `base.OtpModelAdmin`, `base.ReadOnlyModelAdmin`, `display` (shared columns), and for the
call's page and list `sections.register` (a card), `sentences.teach` and `marks.teach` (words for events),
`alerts.teach` (for alerts), `troubles.register` (a cause in the filter of abnormal calls).
"""

from . import alerts, api_clients, audit, calls, others, participants

__all__ = ["alerts", "api_clients", "audit", "calls", "others", "participants"]
