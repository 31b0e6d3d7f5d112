"""Pages of the industry chain."""
