"""Every offer and need as a listing, and the live index over them."""
