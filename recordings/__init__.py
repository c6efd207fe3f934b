"""Recordings of calls: docs/recordings.md."""
