"""Amending a published challenge while it takes answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import operators, people_of
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from ..enums import Consent, ResponseState
from ..models import Amendment, Challenge, ChallengeInvitation, Partner, Response
from ..queries.disclosure import SUBJECT
from ..signals import challenge_listing_changed
from ..targets import TargetRow
from .amended_values import (
    AMENDABLE,
    AmendedTarget,
    Picture,
    changes_between,
    faults_of_amendment,
    put_targets,
    target_faults,
    time_faults,
)
from .challenge_values import assign, faults_of_submission, values_of
from .challenges import WRITERS
from .deadlines import is_past
from .publication import watchers
from .targets import faults_of_rows, rows_of

ANSWERING = (ResponseState.DRAFT, ResponseState.SUBMITTED)
LONGEST_REASON = 1000


@verb("challenge.amend", on="challenge")
def amend_challenge(
    *,
    challenge: Challenge,
    version: int,
    values: Mapping[str, Any],
    reasons: Mapping[int, str],
    by: Actor,
    targets: Sequence[AmendedTarget] | None = None,
) -> Challenge:
    """Change what is published, in the open: field by field, with a number, a date and a reason.

    It takes effect at once and the operator is told, who can take the challenge back. A screening would hold the new
    text while the clock of those who answer runs on, and they would work to a wording that is already given up;
    what screening guards is guarded here: nothing that was public is hidden again, no time is taken away, the title
    and the criteria stand, who has to rework has at least three days, and each former wording stays readable.

    Parameters
    ----------
    version
        As its own side counts it (``Challenge.version_at``).
    reasons
        By disclosure level: a reason is published to those who may read the changes it explains.
    targets
        All targets as they shall be; None leaves them.

    Raises
    ------
    Stale
        Somebody amended it meanwhile; carries both contents.
    Refusal
        The deadline has passed, or nothing would change.
    Invalid
        With every fault at once.
    """
    _require_current(challenge, version, values, targets)
    _require_before_deadline(challenge)
    if set(values) - set(AMENDABLE):
        raise ValueError(f"not a field of an amendment: {sorted(set(values) - set(AMENDABLE))}")
    before = Picture.of(challenge)
    changed = assign(challenge, values)
    if targets is not None:
        _raise([*target_faults(challenge, targets), *faults_of_rows([one.row for one in targets])])
        put_targets(challenge, targets)
    after = Picture.of(challenge)
    changes = changes_between(before, after)
    _raise(_faults(challenge, before, after, changes, reasons))
    if not changes:
        raise _nothing()
    rows = [_record(challenge, level, found, reasons[level]) for level, found in changes.items()]
    # no new version and no new date: both are everybody's, and would tell of changes in closed fields
    challenge.save(update_fields=[*changed, "amended"])
    audit.note(amendments=[{"level": row.level, "number": row.number} for row in rows], fields=_names(changes))
    if min(changes) <= Level.MEMBERS:
        challenge_listing_changed.send(Challenge, challenge=challenge)
    _tell(challenge, rows, by)
    return challenge


def _require_current(
    challenge: Challenge, version: int, values: Mapping[str, Any], targets: Sequence[AmendedTarget] | None
) -> None:
    current = challenge.version_at(Level.NAMED)
    if current != version:
        yours = dict(values) if targets is None else {**values, "targets": [vars(one.row) for one in targets]}
        raise Stale(theirs=values_of(challenge), yours=yours, version=current)


def _require_before_deadline(challenge: Challenge) -> None:
    if is_past(challenge):
        raise Refusal(
            "amendment.deadline_passed",
            what=_("不能再更正。"),
            why=_("揭榜已经截止，揭榜书都按原来的内容提交。"),
            cure=_("如确需更正，请联系运营方。"),
        )


def _nothing() -> Refusal:
    return Refusal(
        "amendment.nothing", what=_("没有更正。"), why=_("内容与现在公布的完全相同。"), cure=_("请先修改要更正的内容。")
    )


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)


def _faults(
    challenge: Challenge,
    before: Picture,
    after: Picture,
    changes: Mapping[int, list[dict[str, Any]]],
    reasons: Mapping[int, str],
) -> list[Fault]:
    rows: list[TargetRow] = rows_of(challenge)
    found = [*faults_of_submission(challenge, rows), *faults_of_amendment(before, after)]
    found += time_faults([change for level in changes.values() for change in level], challenge.deadline)
    for level in changes:
        reason = reasons.get(level, "").strip()
        if not reason:
            message = _("改了这一等级的内容，请写明理由，看得到这些内容的人都会看到。")
            found.append(Fault(f"reason_{level}", message, "amendment.no_reason"))
        elif len(reason) > LONGEST_REASON or "\x00" in reason:
            found.append(Fault(f"reason_{level}", _("理由最多 1000 字。"), "amendment.reason_too_long"))
    return found


def _record(challenge: Challenge, level: int, changes: list[dict[str, Any]], reason: str) -> Amendment:
    challenge.amended[level] += 1
    row = Amendment(challenge=challenge, level=level, number=challenge.amended[level], reason=reason.strip())
    row.changes = changes
    row.save()
    return row


def _names(changes: Mapping[int, list[dict[str, Any]]]) -> list[str]:
    return sorted({change["field"] for found in changes.values() for change in found})


# ---- Who is told -------------------------------------------------------------------------------------------------


def _tell(challenge: Challenge, rows: list[Amendment], by: Actor) -> None:
    """One notice a person, about the most open of the changes that its side may read; none where it may read none."""
    first = rows[0]
    notify("challenge.amended", to=operators(), about=first, by=by)
    own = people_of(challenge.organisation_id, *WRITERS)
    notify("challenge.amended", to=own, about=first, by=by, organisation_id=challenge.organisation_id)
    told: set[UUID] = {*own, *operators()}
    for organisation_id, level in _levels_of(_concerned(challenge), challenge).items():
        if first.level <= level:
            people = set(people_of(organisation_id, *WRITERS)) - told
            notify("challenge.amended", to=people, about=first, by=by, organisation_id=organisation_id)
            told |= people
    if first.level == Level.PUBLIC:
        notify("challenge.amended", to=set(watchers(challenge)) - told, about=first, by=by)


def _concerned(challenge: Challenge) -> set[UUID]:
    """Who was invited, who answers, and who is asked to join or has joined an answer."""
    invited = ChallengeInvitation._base_manager.filter(challenge=challenge)
    leading = Response._base_manager.filter(challenge=challenge, state__in=ANSWERING)
    joining = Partner._base_manager.filter(response__in=leading, consent__in=(Consent.ASKED, Consent.GIVEN))
    found: set[UUID] = set()
    for rows in (invited, leading, joining):
        found.update(rows.values_list("organisation_id", flat=True))
    return found - {challenge.organisation_id}


def _levels_of(organisations: set[UUID], challenge: Challenge) -> dict[UUID, int]:
    """The highest level of this challenge that each organisation's people may read."""
    verified = set(
        Organisation._base_manager.filter(pk__in=organisations, state=VerificationState.VERIFIED).values_list(
            "pk", flat=True
        )
    )
    agreements = NonDisclosureAgreement._base_manager.filter(
        recipient_id__in=verified, subject_type=SUBJECT, subject_id=challenge.pk, ended_at=None
    )
    signed = set(agreements.values_list("recipient_id", flat=True))
    return {
        one: int(Level.AFTER_NDA if one in signed else Level.MEMBERS if one in verified else Level.PUBLIC)
        for one in sorted(organisations)
    }
