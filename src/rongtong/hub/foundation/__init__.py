"""What every room stands on: who acts, what is refused, which verb is allowed, what was done. Knows no room."""
