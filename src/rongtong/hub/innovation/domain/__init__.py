"""Verbs of the innovation chain, one file a noun."""
