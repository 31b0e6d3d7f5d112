"""Where Rongtong keeps its data on this machine, and as which system user its database runs.

As root everything lies under /var/lib/rongtong and PostgreSQL runs as the system user `rongtong`; as an ordinary
user everything lies in that user's data directory and runs as that user. Directories that were there before are
never changed.
"""

from __future__ import annotations

import os
import pwd
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

SERVICE_USER = "rongtong"
SECRET_PURPOSES = ("session", "links", "keys", "webhooks", "evidence")


class PlaceError(Exception):
    """A directory or user that Rongtong needs cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Identity:
    """The system user that owns and runs a database cluster."""

    name: str
    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, object]:
        """Arguments for `subprocess` that run a child as this user; empty when we are that user already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def home() -> Path:
    """The directory for everything Rongtong keeps: RONGTONG_HOME or the platform's own place."""
    named = os.environ.get("RONGTONG_HOME", "").strip()
    if named:
        if not Path(named).is_absolute():
            raise PlaceError(f"RONGTONG_HOME: '{named}' is not an absolute path")
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/lib/rongtong")
    shared = os.environ.get("XDG_DATA_HOME", "").strip()
    return (Path(shared) if shared else Path.home() / ".local/share") / "rongtong"


def own_directory(path: Path, mode: int, identity: Identity | None = None) -> Path:
    """Create `path` with `mode` and owner if it is not there; leave it as it is if it is."""
    if path.is_dir():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=mode)
    except FileExistsError:  # another process was faster
        return path
    except PermissionError as error:
        raise PlaceError(
            f"{path} cannot be created ({error.strerror}); set RONGTONG_HOME to a place of your own"
        ) from error
    path.chmod(mode)  # mkdir's mode is cut by the umask
    if identity is not None and os.geteuid() == 0:
        os.chown(path, identity.uid, identity.gid)
    return path


def service_identity() -> Identity:
    """The user the database runs as: this user, or, for root, the system user `rongtong`, created once."""
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid())
        return Identity(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        _create_service_user()
        entry = pwd.getpwnam(SERVICE_USER)
    return Identity(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create_service_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        done = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SERVICE_USER], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise PlaceError("PostgreSQL does not run as root and useradd is missing; start as an ordinary user") from error
    if done.returncode not in (0, 9):  # 9: another process created it meanwhile
        raise PlaceError(f"the system user '{SERVICE_USER}' cannot be created: {done.stderr.strip()}")


def local_secret(purpose: str) -> str:
    """The secret for `purpose`, made once and kept in the data directory for its owner only (mode 0600)."""
    own_directory(home(), 0o755)
    folder = own_directory(home() / "secrets", 0o700)
    path = folder / purpose
    if not path.exists():
        draft = folder / f".{purpose}.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)  # fails when another process was faster: then its secret counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
