"""What must be done before the first page can be served; every step is quick when there is nothing to do."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from rongtong.hub.config.commands import CommandFailed, Commands
from rongtong.hub.config.database_refusals import refuse_unfit_database

HUB = Path(__file__).resolve().parent.parent


def register(commands: Commands) -> None:
    parser = commands.add(
        "prepare",
        prepare,
        help="migrate, compile translations, collect static files",
        example="rongtong prepare --sample",
    )
    parser.add_argument("--sample", action="store_true", help="load the sample cluster if the database is empty")
    commands.add("migrate", migrate, help="bring the database to this version's shape", example="rongtong migrate")


def prepare(arguments: argparse.Namespace) -> None:
    compile_translations()
    check()
    migrate()
    collect_static_files()
    if arguments.sample:
        load_sample()
    for line in sample_accounts():
        print(line)


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def check() -> None:
    """Refuse the start while a verb or a route has no rights, or anything else is wrong with the house."""
    from django.conf import settings
    from django.core.management import CommandError, call_command

    try:
        call_command("check", stdout=sys.stderr)
    except CommandError as error:
        if not settings.RELOAD:
            raise CommandFailed(str(error)) from error
        say(f"not fit to be served to anybody but its developer:\n{error}")


def migrate(arguments: argparse.Namespace | None = None) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    refuse_unfit_database()
    executor = MigrationExecutor(connection)
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if unknown:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in unknown))
        raise CommandFailed(
            f"the database was made by another version: its migrations {names} are unknown here; "
            "start the version that wrote it, or start over with 'rongtong reset'"
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"migrations: {len(plan)}")
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    call_command("createcachetable", verbosity=0)


def compile_translations() -> None:
    """Write the .mo file beside each .po file that is newer."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(HUB.glob("*/locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        say(f"translations: {source.relative_to(HUB)}")
        with open(source, "rb") as text:
            catalog = read_po(text, locale=source.parent.parent.name)
        draft = target.with_suffix(".mo.new")
        with open(draft, "wb") as binary:
            write_mo(binary, catalog)
        draft.replace(target)


def collect_static_files() -> None:
    """Collect again when any source file, or a package that brings some, has changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".state"
    if mark.exists() and mark.read_text(encoding="ascii") == digest.hexdigest():
        return
    say("static files")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(digest.hexdigest(), encoding="ascii")


def load_sample() -> None:
    """Load the sample cluster into a database in which no organisation takes part yet."""
    from rongtong.hub.organisations.models import Organisation

    if Organisation._base_manager.exists():
        return
    from rongtong.hub.web.sample.loading import NotEmpty, load

    say("sample cluster")
    try:
        load()
    except NotEmpty:  # another process was faster
        return


def sample_accounts() -> list[str]:
    """The lines that name the accounts of the sample cluster, when this database holds it."""
    from rongtong.hub.organisations.models import Account
    from rongtong.hub.web.sample.loading import named

    emails = [each.email for each in named.accounts()]
    return named.greeting() if Account._base_manager.filter(email__in=emails).exists() else []
