"""What of the innovation chain leaves evidence, and who may see it.

A challenge's content is its publisher's; a response's its own side's, for an earlier version that was taken back is
nobody else's; what both sides of a collaboration see on its page, both may have. Of an agreement the operator learns
that it was signed or has ended; what was agreed and settled is for its two sides.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.verbs import Done
from rongtong.hub.trust.evidence_kinds import evidence

from .domain.challenge_values import values_of
from .domain.responses import snapshot
from .domain.technologies import values_of as values_of_technology
from .models import (
    Agreement,
    AgreementSignature,
    Amendment,
    Award,
    Challenge,
    Collaboration,
    Milestone,
    Response,
    Statement,
    Technology,
)
from .models.response import HANDED_IN

ANYONE, OWN, INSIDERS = {"anyone"}, {"own.viewer"}, {"own.viewer", "operator.viewer"}
SIDES = {"challenger.viewer", "leader.viewer"}
PARTIES = {*SIDES, "partner.viewer", "operator.viewer"}
PARTY = {"party.viewer"}
OWNERS = {*OWN, "coowner.viewer"}


def _challenge(one: Challenge) -> dict[str, Any]:
    return {
        "number": one.number,
        "round": one.round_id,
        "publisher": one.organisation_id,
        "published_at": one.published_at,
        "state": one.state,
        **values_of(one),
    }


def _amended(one: Challenge) -> dict[str, Any]:
    rows = Amendment._base_manager.filter(challenge=one).order_by("level", "number")
    told = [{"level": row.level, "number": row.number, "reason": row.reason} for row in rows]
    return {**_challenge(one), "amendments": told}


def _closed(one: Challenge) -> dict[str, Any]:
    """Who had answered when the time was over: nobody can be added to it afterwards."""
    rows = Response._base_manager.filter(challenge=one, state__in=HANDED_IN).order_by("submitted_at", "pk")
    told = rows.values("id", "organisation_id", "submitted_at", "version")
    return {"number": one.number, "deadline": one.deadline, "responses": list(told)}


def _awarded(one: Challenge) -> dict[str, Any]:
    rows = Award._base_manager.filter(challenge=one).order_by("rank", "pk")
    fields = ("response_id", "response__organisation_id", "amount", "reason", "rank", "score")
    judged = Response._base_manager.filter(challenge=one, state__in=HANDED_IN).order_by("submitted_at", "pk")
    told = list(judged.values("id", "organisation_id", "state", "feedback", "version"))
    return {"number": one.number, "awards": list(rows.values(*fields)), "responses": told}


def _criteria(one: Challenge) -> dict[str, Any]:
    fields = ("id", "position", "name", "weight")
    return {"number": one.number, "criteria": list(one.criteria.order_by("position").values(*fields))}


def _response(one: Response) -> dict[str, Any]:
    partners = one.partners.values("organisation_id", "part", "share", "consent")
    return {
        "challenge": one.challenge_id,
        "leader": one.organisation_id,
        "submitted_at": one.submitted_at,
        "version": one.version,
        "partners": list(partners),
        **snapshot(one),
    }


def _collaboration(one: Collaboration) -> dict[str, Any]:
    fields = ("position", "title", "due_on", "cost", "deliverable", "state")
    return {
        "challenge": one.challenge_id,
        "response": one.response_id,
        "challenger": one.organisation_id,
        "leader": one.leader_id,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "state": one.state,
        "conclusion": one.conclusion,
        "milestones": list(one.milestones.order_by("position").values(*fields)),
    }


def _results(one: Collaboration) -> dict[str, Any]:
    fields = ("target_id", "target__indicator", "value", "value_high", "met", "note")
    return {**_collaboration(one), "results": list(one.achievements.order_by("target__position").values(*fields))}


def _milestone(one: Milestone) -> dict[str, Any]:
    return {
        "collaboration": one.collaboration_id,
        "position": one.position,
        "title": one.title,
        "due_on": one.due_on,
        "cost": one.cost,
        "deliverable": one.deliverable,
        "state": one.state,
        "delivery_note": one.delivery_note,
        "delivered_at": one.delivered_at,
        "acceptance_note": one.acceptance_note,
        "decided_at": one.decided_at,
    }


def _technology(one: Technology) -> dict[str, Any]:
    owners = [{"name": row.name, "organisation": row.organisation_id, "share": str(row.share)}
              for row in one.owners.order_by("position")]  # fmt: skip
    return {
        "keeper": one.organisation_id,
        "state": one.state,
        "published_at": one.published_at,
        "owners": owners,
        **values_of_technology(one),
    }


def _agreement(one: Agreement) -> dict[str, Any]:
    """The version on the table as it was hashed, and who has signed it: a signature is of that hash."""
    version = one.versions.last()
    signatures = AgreementSignature._base_manager.filter(version=version).order_by("signed_at", "pk")
    fields = ("organisation_id", "account_id", "name", "method", "signed_at")
    return {
        "number": one.number,
        "state": one.state,
        "document": version.document if version else None,
        "digest": version.digest if version else None,
        "signatures": list(signatures.values(*fields)),
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "ended_on": one.ended_on,
        "end_asked_by": one.end_asked_by_id,
        "conclusion": one.conclusion,
    }


def _statement(one: Statement) -> dict[str, Any]:
    return {
        "agreement": one.agreement_id,
        "period": one.position,
        "state": one.state,
        "document": one.document,
        "digest": one.digest,
        "comment": one.comment,
        "provider_confirmed": {"at": one.provider_confirmed_at, "by": one.provider_confirmed_by_id},
        "receiver_confirmed": {"at": one.receiver_confirmed_at, "by": one.receiver_confirmed_by_id},
        "audited_payable": one.audited_payable,
    }


def _of_collaboration(verb: str, name: str, label: Any, content: Any = _collaboration) -> None:
    evidence(verb, name, label, content=lambda done: content(_made(done)), readers=PARTIES, openers=SIDES)


def _of_milestone(verb: str, name: str, label: Any) -> None:
    evidence(
        verb,
        name,
        label,
        content=lambda done: _milestone(_made(done)),
        readers=PARTIES,
        openers=SIDES,
        context=lambda one: one.collaboration,
        inside=PARTIES,
    )


def _of_statement(verb: str, name: str, label: Any) -> None:
    evidence(
        verb,
        name,
        label,
        content=lambda done: _statement(_made(done)),
        readers=PARTY,
        openers=PARTY,
        context=lambda one: one.agreement,
        inside=PARTY,
    )


def _made(done: Done) -> Any:
    """The thing as the verb left it."""
    return done.result


# What is published is dated for everybody who may see it. That something was amended may itself be closed.
evidence("challenge.publish", "challenge.published", _("发布榜单"),
         content=lambda done: _challenge(_made(done)), readers=ANYONE, openers=OWN)  # fmt: skip
evidence("challenge.amend", "challenge.amended", _("更正榜单"),
         content=lambda done: _amended(_made(done)), readers=INSIDERS, openers=OWN)  # fmt: skip
evidence("challenge.close", "challenge.closed", _("揭榜截止"),
         content=lambda done: _closed(_made(done)), readers=ANYONE, openers=OWN)  # fmt: skip
evidence("challenge.withdraw", "challenge.withdrawn", _("撤回榜单"),
         content=lambda done: _challenge(_made(done)), readers=INSIDERS, openers=OWN)  # fmt: skip
evidence("selection.set_criteria", "selection.criteria_set", _("确定评分标准"),
         content=lambda done: _criteria(done.subject), readers=INSIDERS, openers=OWN)  # fmt: skip
evidence("selection.award", "selection.awarded", _("公布遴选结果"),
         content=lambda done: _awarded(_made(done)), readers=INSIDERS, openers=OWN)  # fmt: skip
evidence("selection.close_without_award", "selection.closed", _("结束遴选"),
         content=lambda done: _awarded(_made(done)), readers=INSIDERS, openers=OWN)  # fmt: skip
evidence("response.submit", "response.submitted", _("提交揭榜书"),
         content=lambda done: _response(_made(done)), readers={*OWN, "partner.viewer"}, openers=OWN)  # fmt: skip
evidence("response.withdraw", "response.withdrawn", _("撤回揭榜书"),
         content=lambda done: _response(_made(done)), readers={*OWN, "partner.viewer"}, openers=OWN)  # fmt: skip
_of_collaboration("collaboration.open", "collaboration.opened", _("建立攻关项目"))
_of_collaboration("collaboration.report_result", "collaboration.reported", _("填报攻关成果"), _results)
_of_collaboration("collaboration.complete", "collaboration.completed", _("验收攻关项目"), _results)
_of_collaboration("collaboration.terminate", "collaboration.terminated", _("终止攻关项目"), _results)
_of_milestone("milestone.agree", "milestone.changed", _("同意里程碑调整"))
_of_milestone("milestone.deliver", "milestone.delivered", _("提交里程碑"))
_of_milestone("milestone.accept", "milestone.accepted", _("验收里程碑"))
_of_milestone("milestone.return", "milestone.returned", _("退回里程碑"))
evidence("technology.publish", "technology.published", _("发布技术成果"),
         content=lambda done: _technology(_made(done)), readers=ANYONE, openers=OWNERS)  # fmt: skip
evidence("technology.withdraw", "technology.withdrawn", _("下架技术成果"),
         content=lambda done: _technology(_made(done)), readers={*INSIDERS, *OWNERS}, openers=OWNERS)  # fmt: skip
evidence("agreement.sign", "agreement.signed", _("签署协议"),
         content=lambda done: _agreement(_made(done)), readers={*PARTY, "operator.viewer"}, openers=PARTY)  # fmt: skip
evidence("agreement.end", "agreement.ended", _("提议或同意终止协议"),
         content=lambda done: _agreement(_made(done)), readers=PARTY, openers=PARTY)  # fmt: skip
evidence("agreement.expire", "agreement.expired", _("协议或报价到期"),
         content=lambda done: _agreement(_made(done)), readers=PARTY, openers=PARTY)  # fmt: skip
_of_statement("statement.enter", "statement.entered", _("填报结算单"))
_of_statement("statement.revise", "statement.revised", _("修改结算单"))
_of_statement("statement.return", "statement.returned", _("退回结算单"))
_of_statement("statement.confirm", "statement.confirmed", _("确认结算单"))
_of_statement("statement.audit", "statement.audited", _("核查结算单"))
