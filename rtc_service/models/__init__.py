from .audit import AuditEntry
from .call import Call
from .duty import Duty
from .event import Event, Topic
from .link import Link
from .message import Message, Prompt, Rating
from .participant import Participant, Seat, SpentToken
from .quality import QualitySample
from .visitor import Visitor

__all__ = [
    "AuditEntry",
    "Call",
    "Duty",
    "Event",
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
