"""Reads of the room: searching listings, and what the pages of matchmaking days show."""

from .searching import matches_for, searcher_of

__all__ = ["matches_for", "searcher_of"]
