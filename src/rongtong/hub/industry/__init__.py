"""The industry chain: firms, what they supply each other, what a failure would mean."""
