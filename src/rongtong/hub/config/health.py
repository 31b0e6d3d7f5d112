"""Is the process alive, and can it do its work? For a supervisor or a proxy, not for people."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

LEAST_FREE_BYTES = 200 * 1024 * 1024
OLDEST_WAITING_JOB_SECONDS = 600


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when everything that a page needs is there, else 503 with the names of what is missing."""
    missing = [name for name, check in CHECKS.items() if not check()]
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def queue_moves() -> bool:
    """No due job waits longer than ten minutes: a longer wait means that no worker runs."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM procrastinate_jobs AS job WHERE status = 'todo' AND greatest(scheduled_at, "
                "(SELECT min(at) FROM procrastinate_events WHERE job_id = job.id)) "
                "< now() - make_interval(secs => %s) LIMIT 1",
                [OLDEST_WAITING_JOB_SECONDS],
            )
            return cursor.fetchone() is None
    except DatabaseError:
        return False


def disk_has_room() -> bool:
    return shutil.disk_usage(settings.RONGTONG_HOME).free > LEAST_FREE_BYTES


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "queue": queue_moves,
    "disk": disk_has_room,
}
