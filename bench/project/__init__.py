"""The demo's project with one more message kind, and limits that a flood does not reach."""
