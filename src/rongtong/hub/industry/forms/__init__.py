"""Forms of the industry chain."""
