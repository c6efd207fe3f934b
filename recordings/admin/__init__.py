"""Recordings in Django's admin."""

from . import call_card, consents, holds, policies, recordings, sentences

__all__ = ["call_card", "consents", "holds", "policies", "recordings", "sentences"]
