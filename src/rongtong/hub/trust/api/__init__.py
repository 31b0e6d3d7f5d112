"""Agreements and documents through the API."""
