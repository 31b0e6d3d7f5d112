"""Verbs of the industry chain, one file a noun."""
