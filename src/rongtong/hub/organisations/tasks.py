"""Background work about those who take part."""

from procrastinate.contrib.django import app

from .domain import webhook_sending
from .domain.recovery import complete_due


@app.periodic(cron="* * * * *")
@app.task(queue="house", queueing_lock="complete_recoveries")
def complete_recoveries(timestamp: int) -> int:
    """Every minute: complete the recoveries whose delay has passed. Running it twice changes nothing."""
    return complete_due()


@app.periodic(cron="* * * * * */5")
@app.task(queue="webhook", queueing_lock="webhooks")
def send_webhooks(timestamp: int) -> int:
    """Every few seconds: send what is due to programs of organisations."""
    return webhook_sending.send_due()


@app.periodic(cron="29 3 * * *")
@app.task(queue="house")
def forget_webhook_deliveries(timestamp: int) -> int:
    """What was sent is kept for a month; what waits for a paused webhook, for three days."""
    return webhook_sending.forget_old()
