"""How things of the industry chain are found."""
