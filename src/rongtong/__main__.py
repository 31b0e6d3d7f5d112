"""The `rongtong` command."""

from __future__ import annotations

import sys

from rongtong.hub.config.command import main

if __name__ == "__main__":
    sys.exit(main())
