"""A host that installs only the core."""
