"""What the industry chain tells the room of matching."""
