"""Verbs of the room: who takes part."""
