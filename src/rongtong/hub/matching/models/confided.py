"""What one organisation confides to the operator about others."""

from typing import Self
from uuid import UUID

from django.db import models

from rongtong.hub.foundation.actors import Actor


class Confided(models.Model):
    """Rows that the operator reads, and of each organisation only those it wrote: whom they are about reads none."""

    organisation_id: UUID

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Self]":
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        return rows.filter(organisation_id=actor.firm) if actor.is_member else rows.none()
