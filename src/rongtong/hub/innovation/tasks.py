"""Background work of the innovation chain."""

from django.utils import timezone
from procrastinate.contrib.django import app

from rongtong.hub.matching.live import live_index

from .domain.milestones import remind_of_due
from .domain.publication import close_due
from .pairing import refresh


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


@app.periodic(cron="* * * * *")
@app.task(queue="index", queueing_lock="match_both_sides", lock="match_both_sides")
def match_both_sides(timestamp: int) -> int:
    """Every minute: compute both sides of what changed. Running it twice changes nothing."""
    return refresh(live_index())
