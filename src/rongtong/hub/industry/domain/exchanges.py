"""Checking a data file against a standard's schema, and keeping one without faults as evidence."""

from __future__ import annotations

from django.core.files import File
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.rights import require
from rongtong.hub.trust.domain.documents import attach
from rongtong.hub.trust.enums import Level

from ..exchange.files import Checked, check_file
from ..exchange.turns import turn_of
from ..models import Conformity, Standard
from .conformities import keep_data


def check_data(*, standard: Standard, file: File[bytes], by: Actor) -> Checked:
    """Check a file. Nothing of it is kept.

    Raises
    ------
    Refusal
        The standard has no schema, or the file cannot be read within the limits.
    """
    if standard.schema is None:
        raise Refusal(
            "standard.no_schema",
            what=_("不能校验数据文件。"),
            why=_("这份标准没有规定数据接口。"),
            cure=_("请向标准发布方了解。"),
        )
    with turn_of(by):
        return check_file(file, file.name or "", standard.schema)


def check_and_keep(*, conformity: Conformity, clause: str, file: File[bytes], by: Actor) -> Checked:
    """Check a file, and where it has no faults keep it as the evidence of a requirement."""
    require(by, "conformity.keep_data", conformity)
    checked = check_data(standard=conformity.standard, file=file, by=by)
    if checked.fits:
        document = attach(subject=conformity, file=file, level=Level.NAMED, by=by)
        keep_data(conformity=conformity, clause=clause, document=document.pk, rows=checked.rows, by=by)
    return checked
