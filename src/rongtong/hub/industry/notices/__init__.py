"""What the industry chain tells people."""
