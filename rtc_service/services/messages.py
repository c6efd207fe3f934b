"""Chat lines: kept once, in order."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from .. import conf
from ..exceptions import TooLarge
from ..models import Message, Participant
from . import timeline


def say(author: Participant, *, client_id: UUID, body: str) -> Message:
    """Keep one line; the same client_id again is the same line."""
    limit = conf.core().CHAT_CHARACTERS
    if len(body) > limit:
        raise TooLarge(f"a message has {limit} characters at most")
    known = Message.objects.filter(call_id=author.call_id, author=author, client_id=client_id).first()
    if known is not None:
        return known
    lines = conf.core().CHAT_LINES
    if Message.objects.filter(call_id=author.call_id, author=author).count() >= lines:
        raise TooLarge(f"a call has {lines} messages of one party at most", code="too_many_messages")
    try:
        with transaction.atomic():
            uuid = uuid4()
            data = {
                "message": str(uuid),
                "participant": str(author.uuid),
                "role": author.role,
                "client_id": str(client_id),
            }
            # The event first: it locks the call, so that the lines' keys have the order of the log.
            event = timeline.append(author.call, "message", actor=author.uuid, data=data)
            message = Message.objects.create(
                uuid=uuid, call_id=author.call_id, author=author, client_id=client_id, body=body, created=event.at
            )
    except IntegrityError:
        return Message.objects.get(call_id=author.call_id, author=author, client_id=client_id)
    return message
