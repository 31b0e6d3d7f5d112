"""How the things of the innovation chain are found from any page, one file a noun."""
