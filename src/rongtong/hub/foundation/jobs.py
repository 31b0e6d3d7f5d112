"""Long work with progress: a row that the page asks after and that the worker fills in."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from .actors import Actor
from .errors import Refusal
from .models import Job, JobState
from .rights import right
from .verbs import verb

T = TypeVar("T")
right("job.cancel", "own.viewer", states={JobState.WAITING, JobState.RUNNING})


class Cancelled(Exception):
    """Somebody asked the work to stop."""


def start(kind: str, *, by: Actor, total: int = 0) -> Job:
    """A waiting job of this person. The caller defers its task with the job's id."""
    return Job._base_manager.create(
        kind=kind, account_id=by.account_id, organisation_id=by.organisation_id, total=total
    )


@verb("job.cancel", on="job")
def cancel_job(*, job: Job, by: Actor) -> Job:
    """Ask the work to stop; what has not begun stops at once."""
    job.cancel_asked = True
    if job.state == JobState.WAITING:
        job.state = JobState.CANCELLED
    job.touch("cancel_asked", "state")
    return job


class Running:
    """The work on one job, as a context: done when it leaves well, failed or cancelled otherwise.

    Work is done in portions; between two of them the row is written, outside any transaction of the work.
    """

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        self.result: dict[str, Any] = {}

    def __enter__(self) -> "Running":
        taken = Job._base_manager.filter(pk=self.job_id, state__in=[JobState.WAITING, JobState.RUNNING])
        if not taken.update(state=JobState.RUNNING):
            raise Refusal("job.ended", what=_("这项任务已经结束。"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        state = JobState.DONE if kind is None else JobState.FAILED
        if kind is Cancelled:
            state = JobState.CANCELLED
        problem = str(error)[:500] if state == JobState.FAILED else ""
        Job._base_manager.filter(pk=self.job_id).update(state=state, problem=problem, result=self.result)
        return kind is Cancelled

    def portions(self, work: Iterable[T], total: int, size: int = 1) -> Iterator[T]:
        """Go through the work, telling how far it is; stops when somebody asked."""
        for number, portion in enumerate(work):
            self.tell(number * size, total)
            yield portion
        self.tell(total, total)

    def tell(self, done: int, total: int) -> None:
        row = Job._base_manager.filter(pk=self.job_id)
        row.update(done=min(done, total), total=total)
        if row.values_list("cancel_asked", flat=True).get():
            raise Cancelled
