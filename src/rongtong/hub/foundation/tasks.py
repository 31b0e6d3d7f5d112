"""Background work of the house itself."""

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from . import outbox
from .models import IdempotencyKey, RateWindow

KEEP_ANSWERS = timedelta(days=2)


@app.periodic(cron="* * * * * */5")
@app.task(queue="mail", queueing_lock="outbox", pass_context=False)
def send_outbox(timestamp: int) -> None:
    """Send what is due, every few seconds."""
    outbox.send_due()


@app.periodic(cron="17 3 * * *")
@app.task(queue="house")
def forget_old_answers(timestamp: int) -> None:
    """Kept answers and rate windows are of no use after a while."""
    IdempotencyKey._base_manager.filter(created_at__lt=datetime.now(UTC) - KEEP_ANSWERS).delete()
    RateWindow._base_manager.filter(starts__lt=datetime.now(UTC) - timedelta(hours=1)).delete()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="house", pass_context=True)
async def take_up_stalled(context: object, timestamp: int) -> None:
    """Give a job whose worker was killed to another worker."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


@app.periodic(cron="41 3 * * *")
@app.task(queue="house", pass_context=True)
async def forget_finished(context: object, timestamp: int) -> None:
    """Finished jobs are kept for two weeks."""
    await app.job_manager.delete_old_jobs(nb_hours=14 * 24, include_failed=True)
