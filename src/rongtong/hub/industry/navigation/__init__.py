"""The industry chain in the frame."""
