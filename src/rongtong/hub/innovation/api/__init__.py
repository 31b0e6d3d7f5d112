"""The innovation chain through the API."""
