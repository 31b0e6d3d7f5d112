"""What goes out as files, and comes in again."""
