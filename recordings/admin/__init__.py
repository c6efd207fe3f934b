"""Recordings in Django's admin."""

from . import call_card, call_words, consents, holds, policies, recordings, sentences

__all__ = ["call_card", "call_words", "consents", "holds", "policies", "recordings", "sentences"]
