"""Handing a response in."""

from django.db.models.functions import Now

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.verbs import verb

from ..enums import ResponseState
from ..models import Response
from ..queries.missing import missing
from .deadlines import ensure_open, hold
from .responses import ensure_may_lead, snapshot, tell_own_side


@verb("response.submit", on="response")
def submit_response(*, response: Response, by: Actor, version: int | None = None) -> Response:
    """Hand a response in, before the deadline by the database's clock.

    Parameters
    ----------
    version
        The version that was reviewed; another one is not handed in unseen.

    Raises
    ------
    Refusal
        ``response.deadline_passed``, ``response.not_open``, ``response.leader_not_sme``.
    Invalid
        Everything that is still missing, at once.
    Stale
        The content changed after it was reviewed.
    """
    challenge = hold(response.challenge, by)
    ensure_open(challenge)
    ensure_may_lead(response.organisation, challenge)
    if version is not None and version != response.version:
        current = snapshot(response)
        raise Stale(theirs=current, yours=current, version=response.version)
    faults = missing(response, by)
    if faults:
        raise Invalid(faults)
    response.state = ResponseState.SUBMITTED
    response.submitted_at = Now()
    response.touch("state", "submitted_at")
    response.refresh_from_db(fields=["submitted_at"])
    audit.note(version=response.version, partners=response.partners.count())
    tell_own_side("response.submitted", response, by)
    return response
