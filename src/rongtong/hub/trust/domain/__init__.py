"""Verbs of trust: agreements and documents."""
