"""Who may do what to which noun, in which state."""
