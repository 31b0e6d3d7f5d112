"""Pure computation: engines know nothing of the hub."""
