"""Typed reading of environment variables that fails loudly.

Every fault is collected, so that an operator sees all of them at once, each with its name, what is wrong and what
to do; :meth:`Environment.finish` raises them together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
SHORTEST_SECRET = 32
FEWEST_DISTINCT_CHARACTERS = 10


class ConfigurationError(Exception):
    """The configuration is refused; the message names every variable at fault and its cure."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        lines = [f"  {name}: {text}" for name, text in sorted(self.faults.items())]
        super().__init__("Rongtong does not start with this configuration:\n" + "\n".join(lines))


class Environment:
    """Environment variables with a type, a default and a refusal.

    Parameters
    ----------
    variables : mapping of str to str, optional
        Where to read; the process environment when not given.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self.faults: dict[str, str] = {}

    def refuse(self, name: str, text: str) -> None:
        """Note that `name` is at fault; `text` says what is wrong and what to do."""
        self.faults.setdefault(name, text)

    def finish(self) -> None:
        """Raise all noted faults together.

        Raises
        ------
        ConfigurationError
            If any fault was noted.
        """
        if self.faults:
            raise ConfigurationError(self.faults)

    def given(self, name: str) -> bool:
        """Whether the variable is set to something other than blanks."""
        return bool(self._variables.get(name, "").strip())

    def text(self, name: str, default: str = "") -> str:
        value = self._variables.get(name, "").strip()
        return value or default

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        value = self.text(name, default)
        allowed = list(choices)
        if value in allowed:
            return value
        self.refuse(name, f"'{value}' is none of {', '.join(allowed)}")
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name).lower()
        if not value:
            return default
        if value in TRUE | FALSE:
            return value in TRUE
        self.refuse(name, f"'{value}' is neither true nor false; write 1 or 0")
        return default

    def number(self, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
        value = self.text(name)
        if not value:
            return default
        try:
            number = int(value)
        except ValueError:
            self.refuse(name, f"'{value}' is not a whole number")
            return default
        if not least <= number <= most:
            self.refuse(name, f"{number} lies outside {least} to {most}")
            return default
        return number

    def words(self, name: str, default: Iterable[str] = ()) -> list[str]:
        """A list separated by commas."""
        value = self.text(name)
        return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)

    def networks(self, name: str) -> list[str]:
        """Networks such as 10.20.0.0/16, separated by commas."""
        found = []
        for word in self.words(name):
            try:
                found.append(str(ip_network(word)))
            except ValueError:
                self.refuse(name, f"'{word}' is no network such as 10.20.0.0/16")
        return found

    def path(self, name: str, default: Path) -> Path:
        value = self.text(name)
        if value and not Path(value).is_absolute():
            self.refuse(name, f"'{value}' is not an absolute path")
            return default
        return Path(value) if value else default

    def content(self, name: str) -> str:
        """What stands in the file that the variable points to; '' when it is not given."""
        if not self.given(name):
            return ""
        try:
            return Path(self.text(name)).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.refuse(name, f"cannot be read: {error}")
            return ""

    def site_url(self, name: str, default: str) -> str:
        """An address of scheme and host only, without a final slash."""
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            self.refuse(name, f"'{value}' is not an address such as https://rongtong.example.cn")
            return default
        return value

    def secret(self, name: str) -> str:
        """A secret from the variable `name` or the file that `name`_FILE points to; '' when neither is given."""
        pointer = f"{name}_FILE"
        if not self.given(pointer):
            return self.text(name)
        if self.given(name):
            self.refuse(name, f"given twice, here and in {pointer}; keep one")
        try:
            return Path(self.text(pointer)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.refuse(pointer, f"cannot be read: {error}")
            return ""


def weakness(secret: str) -> str | None:
    """What makes `secret` unfit, or None."""
    if not secret:
        return "is missing; set it, or point to a file with the same name and _FILE at its end"
    if len(secret) < SHORTEST_SECRET:
        return f"has {len(secret)} characters; it needs {SHORTEST_SECRET} (openssl rand -base64 48)"
    if len(set(secret)) < FEWEST_DISTINCT_CHARACTERS or secret.startswith(("django-insecure", "test-only")):
        return "can be guessed; make one with openssl rand -base64 48"
    return None
