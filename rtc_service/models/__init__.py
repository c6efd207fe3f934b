from .alert import Alert
from .audit import AuditEntry, AuditSeal
from .call import Call
from .duty import Duty
from .event import Event, Topic
from .idempotency import IdempotencyKey
from .link import Link
from .message import Message, Prompt, Rating
from .participant import Participant, Seat, SpentToken
from .quality import QualitySample
from .visitor import Visitor

__all__ = [
    "Alert",
    "AuditEntry",
    "AuditSeal",
    "Call",
    "Duty",
    "Event",
    "IdempotencyKey",
    "Link",
    "Message",
    "Participant",
    "Prompt",
    "QualitySample",
    "Rating",
    "Seat",
    "SpentToken",
    "Topic",
    "Visitor",
]
