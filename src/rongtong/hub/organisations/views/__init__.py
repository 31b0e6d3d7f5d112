"""Pages about those who take part."""
