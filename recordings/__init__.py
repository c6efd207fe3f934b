"""Recordings of calls. An empty app until the recorder lands; hosts may install it already."""
