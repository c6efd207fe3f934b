"""Processes for the recording figures: one that sends 720p calls, one that records them."""
