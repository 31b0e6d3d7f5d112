"""Where the pages of the innovation chain stand in the frame, one file a noun."""
