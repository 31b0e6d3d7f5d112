"""What leaves the industry chain as a file."""
