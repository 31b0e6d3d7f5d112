"""Settings of a hub with leaks planted on purpose: the sweep must see each of them."""

from tests.served_settings import *  # noqa: F403  the served hub's settings, changed below
from tests.served_settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.e2e.planted_faults.Planted"]
