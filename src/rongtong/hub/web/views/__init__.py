"""Pages of the frame: home, desk, search, notices, and what the operator sees of the house itself."""
