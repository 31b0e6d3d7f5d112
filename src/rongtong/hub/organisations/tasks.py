"""Background work about those who take part."""

from procrastinate.contrib.django import app

from .domain.recovery import complete_due


@app.periodic(cron="* * * * *")
@app.task(queue="house", queueing_lock="complete_recoveries")
def complete_recoveries(timestamp: int) -> int:
    """Every minute: complete the recoveries whose delay has passed. Running it twice changes nothing."""
    return complete_due()
