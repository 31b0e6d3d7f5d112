"""Background work of trust."""

from procrastinate.contrib.django import app

from .domain.checking import check_waiting
from .domain.leftovers import clear_leftovers


@app.periodic(cron="* * * * *")
@app.task(queue="heavy", queueing_lock="check_documents")
def check_documents(timestamp: int) -> int:
    """Every minute: ask the virus scanner again about files it has not answered for, where that is due."""
    return check_waiting()


@app.periodic(cron="53 3 * * *")
@app.task(queue="heavy", queueing_lock="clear_leftover_files")
def clear_leftover_files(timestamp: int) -> int:
    """Every night: remove contents that no document has needed for 35 days."""
    return clear_leftovers()
