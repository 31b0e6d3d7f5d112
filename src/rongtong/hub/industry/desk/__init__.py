"""What waits for people of the industry chain."""
