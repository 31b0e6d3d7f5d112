"""What an organisation decided about a name in its files, so that the next file does not ask again."""

from django.db import models

from rongtong.hub.organisations.models import Organisation

from .firm import Firm


class FirmAlias(models.Model):
    """``resolved_name`` in files of ``organisation`` means ``firm``. Nobody else is told or bound."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    resolved_name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, default="CN")
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "resolved_name", "country"], name="firm_alias_once"),
        ]

    def __str__(self) -> str:
        return self.resolved_name
