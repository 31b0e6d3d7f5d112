"""Pages of the innovation chain."""
