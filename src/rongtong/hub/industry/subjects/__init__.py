"""Things of the industry chain that carry documents."""
