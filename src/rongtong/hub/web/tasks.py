"""Background work of the frame."""

from procrastinate.contrib.django import app

from .domain.searches import tell_news


@app.periodic(cron="*/10 * * * *")
@app.task(queue="house", queueing_lock="saved_searches")
def watch_saved_searches(timestamp: int) -> int:
    """Every ten minutes: tell those whose kept searches have news."""
    return tell_news()
