"""Those who take part, through the API."""
