"""The industry chain through the API."""
