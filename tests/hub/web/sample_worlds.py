"""Everything one actor may see, as plain values: to compare two worlds row by row."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.notices import read as read_notices
from rongtong.hub.industry.models import Chain, Firm, Product, SupplyLink
from rongtong.hub.innovation.models import (
    Award,
    Capability,
    Challenge,
    ChallengeInvitation,
    Collaboration,
    Milestone,
    Partner,
    Question,
    Response,
    Reviewer,
    Round,
    ScoreSheet,
)
from rongtong.hub.innovation.queries.collaborations import record_of
from rongtong.hub.innovation.queries.disclosure import disclosed_many, with_parts
from rongtong.hub.matching.models import (
    Listing,
    MatchmakingDay,
    Meeting,
    MeetingFeedback,
    MeetingOutcome,
    MeetingRequest,
    Participation,
)
from rongtong.hub.organisations.models import Account, Certificate, Member, Organisation, YearFigures
from rongtong.hub.trust.models import NonDisclosureAgreement
from rongtong.hub.trust.queries.evidence import entries_of

WHOLE = (
    Account, Capability, Certificate, Collaboration, MatchmakingDay, Meeting, MeetingFeedback, MeetingOutcome,
    MeetingRequest, Member, Milestone, NonDisclosureAgreement, Organisation, Participation, Partner, Response, Reviewer,
    Chain, Firm, Product, Round, ScoreSheet, SupplyLink, YearFigures,
)  # fmt: skip
#: Columns of visible rows that are not their reader's to know; what no page shows, and the hashes of passwords.
HIDDEN: dict[type[Any], tuple[str, ...]] = {
    Account: ("password", "last_login"),
    Award: ("match_rank",),
    ChallengeInvitation: ("rank", "score"),
    Meeting: ("points",),
    Question: ("organisation_id",),
}


def seen_by(actor: Actor) -> dict[str, Any]:
    """Rows of every kind that this actor may see, in one order."""
    found: dict[str, Any] = {}
    for model in (*WHOLE, Award, ChallengeInvitation, Question):
        names = [each.attname for each in model._meta.concrete_fields if each.attname not in HIDDEN.get(model, ())]
        found[model.__name__] = list(model.visible_to(actor).order_by("pk").values(*names))
    rows = with_parts(Challenge.visible_to(actor)).order_by("pk")
    found["Challenge"] = [asdict(each) for each in disclosed_many(rows, actor)]
    found["Listing"] = [_listing(each, actor) for each in Listing.visible_to(actor).order_by("subject_id")]
    notices = Notice.visible_to(actor).order_by("pk")
    found["Notice"] = list(notices.values())
    found["words"] = [(str(each.words), each.link) for each in read_notices(notices, actor)]
    found["trail"] = list(audit.trail(actor).order_by("pk").values())
    found["feeds"] = [
        [(one.at, one.verb) for one in audit.feed(each, actor)] for each in [*Round.visible_to(actor), *rows]
    ]
    things = [*rows, *Response.visible_to(actor).order_by("pk"), *Collaboration.visible_to(actor).order_by("pk")]
    found["evidence"] = [(one.at, str(one.label), one.number) for each in things for one in entries_of(each, actor)]
    found["records"] = [record_of(each, actor) for each in Organisation.visible_to(actor).order_by("pk")]
    return found


def _listing(row: Listing, actor: Actor) -> dict[str, Any]:
    texts = {level: text for level, text in row.texts.items() if int(level) <= actor.level}
    return {"subject": row.subject_id, "kind": row.kind, "title": row.title, "texts": texts, "region": row.region}
