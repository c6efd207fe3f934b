"""The REST API under /api/v1/. Doors only: parse, authorise, call one service, answer. See docs/api.md."""
