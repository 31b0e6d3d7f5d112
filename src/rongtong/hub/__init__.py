"""The hub: who may do what, and what has happened. All state lies in PostgreSQL."""
