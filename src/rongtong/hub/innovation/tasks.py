"""Background work of the innovation chain."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.jobs import Running, start
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.matching.live import live_index
from rongtong.hub.organisations.domain.actors import actor_by_id

from .domain.agreement_signatures import expire_due, remind_of_dates
from .domain.milestones import remind_of_due
from .domain.publication import close_due
from .domain.teams import setting_of
from .pairing import refresh
from .queries.teams import KIND, compute


@app.periodic(cron="* * * * *")
@app.task(queue="house", queueing_lock="close_due_challenges")
def close_due_challenges(timestamp: int) -> int:
    """Every minute: end the time for answers where it has come. Running it twice changes nothing."""
    return len(close_due())


@app.periodic(cron="23 8 * * *")
@app.task(queue="house", queueing_lock="remind_of_milestones")
def remind_of_milestones(timestamp: int) -> int:
    """Every morning: remind leaders of what is due. Running it twice reminds nobody twice."""
    return remind_of_due(timezone.localdate())


@app.periodic(cron="17 8 * * *")
@app.task(queue="house", queueing_lock="follow_agreements")
def follow_agreements(timestamp: int) -> int:
    """Every morning: let offers lapse and agreements end, remind of key dates. Running it twice changes nothing."""
    today = timezone.localdate()
    return expire_due(today) + remind_of_dates(today)


@app.periodic(cron="* * * * *")
@app.task(queue="index", queueing_lock="match_both_sides", lock="match_both_sides")
def match_both_sides(timestamp: int) -> int:
    """Every minute: compute both sides of what changed. Running it twice changes nothing."""
    return refresh(live_index())


@app.task(queue="house")
def compute_teams(job_id: str, challenge_id: str, account_id: str, organisation_id: str | None) -> None:
    """Compute the teams that somebody asked for, with the rights this person has now."""
    with Running(UUID(job_id)) as running:
        found = actor_by_id(UUID(account_id), UUID(organisation_id) if organisation_id else None)
        if found is None:
            raise NotVisible
        actor, _language = found
        compute(setting_of(UUID(challenge_id), actor), actor, lambda told: running.tell(told.team, told.teams))
        running.result = {"next": reverse("innovation:teams", args=[challenge_id])}


def begin_teams(challenge_id: UUID, by: Actor) -> Job:
    """Start a job that computes the teams of a challenge for this person; the one under way where there is one."""
    going = Job.visible_to(by).filter(kind=KIND, state__in=(JobState.WAITING, JobState.RUNNING))
    found = going.filter(result__challenge=str(challenge_id)).first()
    if found is not None:
        return found
    with transaction.atomic():
        job = start(KIND, by=by)
        job.result = {"challenge": str(challenge_id)}
        job.touch("result")
        compute_teams.defer(
            job_id=str(job.pk),
            challenge_id=str(challenge_id),
            account_id=str(by.person),
            organisation_id=str(by.organisation_id) if by.organisation_id else None,
        )
    return job
