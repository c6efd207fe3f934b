"""Hosts of other kinds than the demo; tests/unit/test_projects.py runs each in a process of its own."""
