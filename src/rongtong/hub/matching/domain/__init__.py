"""Verbs of matching: what is listed, and what was looked at."""
