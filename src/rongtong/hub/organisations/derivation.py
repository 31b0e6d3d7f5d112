"""What an organisation's row holds that nobody types in: keys made from its names, and its size class."""

from . import pinyin, size_class
from .enums import OrganisationKind
from .models import Organisation, YearFigures

#: Fields that ``derive_names`` writes.
NAME_KEYS = ("sort_key", "search_keys", "resolved_name")


def derive_names(organisation: Organisation) -> None:
    """Set the keys by which the organisation is sorted, found and recognised. The row is not saved."""
    organisation.sort_key = pinyin.sort_key(organisation.name)[: _length("sort_key")]
    organisation.resolved_name = pinyin.resolved_name(organisation.name)
    keys = dict.fromkeys(
        key
        for name in (organisation.name, organisation.short_name, organisation.name_en)
        for key in pinyin.search_keys(name).split()
    )
    organisation.search_keys = _fitting(list(keys), _length("search_keys"))


def derive_size_class(organisation: Organisation) -> size_class.Decision:
    """Set the size class from the latest complete year's figures, and return the decision. The row is not saved."""
    decision = explain_size_class(organisation)
    organisation.size_class = decision.size_class
    return decision


def explain_size_class(organisation: Organisation) -> size_class.Decision:
    """Return why the organisation has its class: by the latest year that has all the figures its industry needs.

    One query. A body that is no enterprise has no class.
    """
    if organisation.kind != OrganisationKind.ENTERPRISE:
        return size_class.Decision(size_class.SizeClass.UNCLASSIFIED, size_class.Reason.NOT_COVERED)
    years = YearFigures._base_manager.filter(organisation_id=organisation.pk).order_by("-year")
    decisions = [class_by(organisation, figures) for figures in years] or [class_by(organisation, None)]
    return next((one for one in decisions if one.reason == size_class.Reason.DECIDED), decisions[0])


def class_by(organisation: Organisation, figures: YearFigures | None) -> size_class.Decision:
    """Return the class by the figures of one year. No query."""
    return size_class.explain(
        organisation.industry,
        figures.headcount if figures else None,
        figures.revenue if figures else None,
        figures.assets if figures else None,
        organisation.country,
    )


def _length(field: str) -> int:
    return int(getattr(Organisation._meta.get_field(field), "max_length", 0))


def _fitting(keys: list[str], length: int) -> str:
    """As many whole keys as fit, the first ones first: half a key would find what is not there."""
    found = ""
    for key in keys:
        longer = f"{found} {key}".strip()
        if len(longer) > length:
            break
        found = longer
    return found
