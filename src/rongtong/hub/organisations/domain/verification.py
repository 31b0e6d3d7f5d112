"""What the operator decides about an organisation."""

from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb

from ..enums import OrganisationKind, Role, VerificationState
from ..models import Organisation
from .actors import people_of
from .organisations import number_taken
from .profile import one_line

LONGEST_REASON = 500


@verb("organisation.verify", on="organisation")
def verify_organisation(*, organisation: Organisation, by: Actor) -> Organisation:
    """Vouch for an organisation. From now on its people publish and answer, and its profile is public."""
    organisation.verified_at = datetime.now(UTC)
    _move(organisation, VerificationState.VERIFIED, "verified_at")
    _tell("organisation.verified", organisation, by)
    return organisation


@verb("organisation.return", on="organisation")
def return_organisation(*, organisation: Organisation, reason: str, by: Actor) -> Organisation:
    """Give an organisation back to be mended, with the reason."""
    organisation.state_reason = _reason(reason)
    _move(organisation, VerificationState.RETURNED)
    _tell("organisation.returned", organisation, by)
    return organisation


@verb("organisation.suspend", on="organisation")
def suspend_organisation(*, organisation: Organisation, reason: str, by: Actor) -> Organisation:
    """Stop an organisation: nobody acts for it and nobody sees it until it is restored."""
    if organisation.kind == OrganisationKind.OPERATOR:
        raise Refusal(
            "organisation.operator",
            what=_("不能停用运营方。"),
            why=_("停用后将无人能够恢复。"),
            cure=_("如需更换运营方，请在服务器上设置。"),
        )
    organisation.state_reason = _reason(reason)
    _move(organisation, VerificationState.SUSPENDED)
    _tell("organisation.suspended", organisation, by)
    return organisation


@verb("organisation.restore", on="organisation")
def restore_organisation(*, organisation: Organisation, by: Actor) -> Organisation:
    """Let a suspended organisation take part again."""
    organisation.state_reason = ""
    _move(organisation, VerificationState.VERIFIED)
    _tell("organisation.restored", organisation, by)
    return organisation


def _move(organisation: Organisation, state: str, *fields: str) -> None:
    organisation.state = state
    if state == VerificationState.VERIFIED:
        organisation.state_reason = ""
    audit.note(reason_given=bool(organisation.state_reason))
    try:
        with transaction.atomic():
            organisation.touch("state", "state_reason", *fields)
    except IntegrityError as error:
        raise number_taken() from error


def _tell(event: str, organisation: Organisation, by: Actor) -> None:
    people = people_of(organisation.pk, Role.OWNER, Role.MANAGER)
    notify(event, to=people, about=organisation, by=by, organisation_id=organisation.pk)


def _reason(text: str) -> str:
    reason = one_line(text)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid([Fault("reason", _("请写明理由，让对方知道怎样改；500 字以内。"), "reason.empty")])
    return reason
