"""Chat lines: kept once, in order."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from .. import clock, conf
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
    try:
        with transaction.atomic():
            message = Message.objects.create(
                call_id=author.call_id, author=author, client_id=client_id, body=body, created=clock.now()
            )
            data = {
                "message": str(message.uuid),
                "participant": str(author.uuid),
                "role": author.role,
                "client_id": str(client_id),
            }
            timeline.append(author.call, "message", actor=author.uuid, data=data, at=message.created)
    except IntegrityError:
        return Message.objects.get(call_id=author.call_id, author=author, client_id=client_id)
    return message
