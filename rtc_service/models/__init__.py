from .alert import Alert
from .api_client import ApiClient
from .audit import AuditEntry, AuditSeal
from .call import Call
from .duty import Duty
from .event import Event, Topic
from .heartbeat import Heartbeat
from .idempotency import IdempotencyKey
from .link import Link
from .message import Message, Prompt, Rating
from .participant import Participant, Seat, SpentToken
from .quality import QualitySample, QualitySummary
from .rate_window import RateWindow
from .visitor import Visitor

__all__ = [
    "Alert",
    "ApiClient",
    "AuditEntry",
    "AuditSeal",
    "Call",
    "Duty",
    "Event",
    "Heartbeat",
    "IdempotencyKey",
    "Link",
    "Message",
    "Participant",
    "Prompt",
    "QualitySample",
    "QualitySummary",
    "RateWindow",
    "Rating",
    "Seat",
    "SpentToken",
    "Topic",
    "Visitor",
]
