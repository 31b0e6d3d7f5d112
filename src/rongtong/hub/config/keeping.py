"""`rongtong backup` and `rongtong restore`, and the warning of a start when no backup was made lately."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from rongtong.hub.config.commands import CommandFailed, Commands

MOST_HOURS: Final = 36
LATELY: Final = """
    SELECT (SELECT min(applied) FROM django_migrations) < now() - make_interval(hours => %s)
       AND NOT EXISTS (
           SELECT FROM foundation_auditentry WHERE verb = 'backup.make' AND at >= now() - make_interval(hours => %s)
       )
"""


def register(commands: Commands) -> None:
    parser = commands.add(
        "backup",
        backup,
        help="write the database and the uploaded files into a new folder, with a digest of each",
        example="rongtong backup /srv/backups",
    )
    parser.add_argument("folder", type=Path, help="each backup gets a folder of its own in here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser = commands.add(
        "restore",
        restore,
        help="take a backup back into a hub that holds nothing yet",
        example="rongtong restore /srv/backups/rongtong-20261123T020000.000000Z",
    )
    parser.add_argument("backup", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def backup(arguments: argparse.Namespace) -> int:
    from rongtong.hub.config.backups import BackupError, make
    from rongtong.hub.foundation.actors import SYSTEM
    from rongtong.hub.trust.domain.backups import record_backup

    try:
        made = make(arguments.folder.absolute())
    except (BackupError, OSError, psycopg.Error) as error:
        raise CommandFailed(f"no backup was made: {error}") from error
    found = made.manifest
    if arguments.json:
        told = {"path": str(made.path), "size": made.size, "files": len(found.files), "faults": found.faults}
        print(json.dumps(told))
    else:
        print(f"{made.path}: {sum(found.rows.values()):,} rows, {len(found.files):,} files, {made.size:,} bytes")
        print("secrets are not in it; keep those of this hub in another place", file=sys.stderr)
    if found.faults:
        print("the backup is made, and this is missing in it:", *found.faults, sep="\n  ", file=sys.stderr)
        return 1
    taken_at = datetime.fromisoformat(found.taken_at)
    record_backup(taken_at=taken_at, size=made.size, files=len(found.files), by=SYSTEM)
    return 0


def restore(arguments: argparse.Namespace) -> None:
    from rongtong.hub.config import prepared, restores
    from rongtong.hub.config.backups import BackupError

    try:
        found = restores.restore(arguments.backup.absolute())
    except (BackupError, OSError, psycopg.Error) as error:
        raise CommandFailed(str(error)) from error
    prepared.forget()
    if arguments.json:
        print(json.dumps({"taken_at": found.taken_at, "rows": sum(found.rows.values()), "files": len(found.files)}))
        return
    print(f"as of {found.taken_at}: {sum(found.rows.values()):,} rows, {len(found.files):,} files")
    print("now 'rongtong prepare' brings it to this version, and the indexer builds the index", file=sys.stderr)


def backup_warning(cursor: Any) -> str:
    """What to say at a start when the hub is older than a day and a half and has no backup as young; '' if all is well.

    Parameters
    ----------
    cursor
        Of the hub's database, Django's or the driver's own.
    """
    cursor.execute("SELECT to_regclass('foundation_auditentry') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return ""  # not migrated yet
    cursor.execute(LATELY, [MOST_HOURS, MOST_HOURS])
    if not cursor.fetchone()[0]:
        return ""
    return f"no backup was made in the last {MOST_HOURS} hours; make one every night with 'rongtong backup FOLDER'"
