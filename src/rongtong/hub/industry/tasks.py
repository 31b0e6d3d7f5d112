"""Background work of the industry chain."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from rongtong.hub.foundation.actors import Actor

from .domain.analyses import compute, start_analysis
from .domain.conformities import keep_time
from .domain.scenarios import Asked, create_scenario, follow
from .models import Analysis, Chain, Scenario


@app.periodic(cron="37 7 * * *")
@app.task(queue="house", queueing_lock="keep_time_of_conformities")
def keep_time_of_conformities(timestamp: int) -> int:
    """Every morning: end results that are over, remind of those that end soon. Twice is as good as once."""
    return keep_time(timezone.localdate())


@app.task(queue="heavy")
def run_analysis(analysis_id: str) -> None:
    """Work an analysis out. Running it twice works it out once."""
    compute(UUID(analysis_id))


def begin_analysis(chain: Chain, by: Actor, year: int | None = None) -> Analysis:
    """Start an analysis and its task together: neither is there without the other."""
    with transaction.atomic():
        analysis = start_analysis(chain=chain, year=year, by=by)
        run_analysis.defer(analysis_id=str(analysis.pk))
    return analysis


@app.task(queue="heavy")
def run_scenario(scenario_id: str) -> None:
    """Follow a scenario. Running it twice follows it once."""
    follow(UUID(scenario_id))


def begin_scenario(chain: Chain, asked: Asked, by: Actor) -> Scenario:
    """Ask for a scenario and start its task together: neither is there without the other."""
    with transaction.atomic():
        scenario = create_scenario(chain=chain, asked=asked, by=by)
        run_scenario.defer(scenario_id=str(scenario.pk))
    return scenario
