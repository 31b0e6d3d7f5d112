"""Reads of the industry chain; each carries only what its reader may know."""
