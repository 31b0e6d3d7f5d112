"""What waits for a person in the innovation chain, one file a noun."""
