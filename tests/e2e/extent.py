"""How much the long tests look at."""

import os

#: ``make test-full``: every address of the sweep as everybody, and the whole story in both languages.
FULL = os.environ.get("RONGTONG_SWEEP") == "full"
