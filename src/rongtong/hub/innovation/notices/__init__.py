"""What people of the innovation chain are told of, one file a noun."""
