"""What other parts of the hub may listen to. Sent inside the verb's transaction, so a listener's rows join it."""

from django.dispatch import Signal

#: ``challenge``: whether it is listed, or what a listing says of it, may have changed.
challenge_listing_changed = Signal()

#: ``capability``: the same for a capability.
capability_listing_changed = Signal()

#: ``technology``: the same for a technology.
technology_listing_changed = Signal()
