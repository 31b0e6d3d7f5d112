"""Background work of the industry chain."""

from django.utils import timezone
from procrastinate.contrib.django import app

from .domain.conformities import keep_time


@app.periodic(cron="37 7 * * *")
@app.task(queue="house", queueing_lock="keep_time_of_conformities")
def keep_time_of_conformities(timestamp: int) -> int:
    """Every morning: end results that are over, remind of those that end soon. Twice is as good as once."""
    return keep_time(timezone.localdate())
