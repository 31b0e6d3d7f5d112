"""Matchmaking days through the API."""
