"""Background work of matchmaking days."""

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from rongtong.hub.foundation.actors import Actor

from .domain.days import finish_due
from .domain.planning import compute, start_plan
from .models import DayPlan, MatchmakingDay


@app.task(queue="heavy")
def plan_day(plan_id: str) -> None:
    """Compute a plan. Running it twice computes it once."""
    compute(UUID(plan_id))


def begin_plan(day: MatchmakingDay, by: Actor) -> DayPlan:
    """Start a plan and its task together: neither is there without the other."""
    with transaction.atomic():
        plan = start_plan(day=day, by=by)
        plan_day.defer(plan_id=str(plan.pk))
    return plan


@app.periodic(cron="*/5 * * * *")
@app.task(queue="house", queueing_lock="finish_due_days")
def finish_due_days(timestamp: int) -> int:
    """Every five minutes: days whose last slot is over are held. Running it twice changes nothing."""
    return len(finish_due())
