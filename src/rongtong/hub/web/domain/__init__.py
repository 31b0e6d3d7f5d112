"""Verbs of the frame itself: saved searches and notices."""
