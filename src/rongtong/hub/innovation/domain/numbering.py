"""Numbers of published challenges: XQ-2026-0217, counted in each year, without gaps."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from ..models import NumberSeries


def next_number(prefix: str, at: datetime) -> str:
    """Give the next number. Only inside the transaction that uses it: if that fails, the number was never given.

    The counting row stays locked until then, so that those who publish at the same moment queue up.
    """
    year = timezone.localtime(at).year
    NumberSeries._base_manager.bulk_create([NumberSeries(prefix=prefix, year=year)], ignore_conflicts=True)
    row = NumberSeries._base_manager.filter(prefix=prefix, year=year)
    row.update(last=F("last") + 1)
    return f"{prefix}-{year}-{row.values_list('last', flat=True).get():04d}"
