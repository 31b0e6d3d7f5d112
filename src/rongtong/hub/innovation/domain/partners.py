"""The consortium: who is asked, who agrees, who declines."""

from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.models import Organisation

from ..enums import Consent, ResponseState
from ..models import Partner, Response

MOST = 10


@verb("response.add_partner", on="response")
def add_partner(
    *, response: Response, organisation_id: UUID, part: str, share: Decimal | None = None, by: Actor
) -> Partner:
    """Ask an organisation to join. It sees the draft from now on and must agree before the response goes in.

    Raises
    ------
    NotVisible
        There is no such organisation for this actor.
    Refusal
        ``partner.is_leader``, ``partner.is_challenger``, ``partner.exists``, ``partner.too_many``.
    """
    organisation = Organisation.visible_to(by).filter(pk=organisation_id).first()
    if organisation is None or not organisation.is_verified:
        raise NotVisible
    _check(part, share)
    _ensure_may_join(organisation, response)
    try:
        with transaction.atomic():
            partner = Partner._base_manager.create(response=response, organisation=organisation, part=part, share=share)
    except IntegrityError as clash:
        raise Refusal(
            "partner.exists",
            what=_("该单位已在联合体中。"),
            why=_("每个单位只能加入一次。"),
            cure=_("可修改它承担的内容。"),
        ) from clash
    _ask(partner, by)
    return partner


def _check(part: str, share: Decimal | None) -> None:
    faults = []
    if not part.strip() or len(part) > 300:
        faults.append(Fault("part", _("请写明承担的内容，不超过 300 个字。"), "part"))
    if share is not None and not 0 <= share <= 100:
        faults.append(Fault("share", _("经费占比为 0 至 100。"), "out_of_range"))
    if faults:
        raise Invalid(faults)


def _ensure_may_join(organisation: Organisation, response: Response) -> None:
    if organisation.pk == response.organisation_id:
        raise Refusal(
            "partner.is_leader", what=_("不能添加本单位。"), why=_("本单位已是牵头单位。"), cure=_("请选择其他单位。")
        )
    challenge = response.challenge
    # an anonymous challenger must not be found by trying names: it is taken up like any other, but never asked
    if organisation.pk == challenge.organisation_id and not challenge.anonymous:
        raise Refusal(
            "partner.is_challenger",
            what=_("不能添加发榜方。"),
            why=_("发榜方不能参加自己榜单的揭榜。"),
            cure=_("请选择其他单位。"),
        )
    if response.partners.count() >= MOST:
        raise Refusal(
            "partner.too_many",
            what=_("成员已满。"),
            why=_("一个联合体最多有 10 个成员。"),
            cure=_("请先移除一个成员。"),
        )


def _ask(partner: Partner, by: Actor) -> None:
    if partner.organisation_id == partner.response.challenge.organisation_id:
        return
    people = people_of(partner.organisation_id, "manager", "owner")
    notify("partner.asked", to=people, about=partner, by=by, organisation_id=partner.organisation_id)


@verb("partner.change", on="partner")
def change_partner(*, partner: Partner, part: str, share: Decimal | None = None, by: Actor) -> Partner:
    """Change what a member is to do. It must agree anew."""
    _hold_draft(partner)
    _check(part, share)
    if (partner.part, partner.share) == (part, share):
        return partner
    partner.part, partner.share, partner.consent = part, share, Consent.ASKED
    partner.touch("part", "share", "consent")
    _ask(partner, by)
    return partner


@verb("partner.remove", on="partner")
def remove_partner(*, partner: Partner, by: Actor) -> Response:
    """Take a member out of the consortium of a draft."""
    response = _hold_draft(partner)
    audit.note(organisation=str(partner.organisation_id))
    partner.delete()
    return response


@verb("partner.remind", on="partner")
def remind_partner(*, partner: Partner, by: Actor) -> Partner:
    """Ask once more."""
    _hold_draft(partner)
    _ask(partner, by)
    return partner


@verb("partner.consent", on="partner")
def give_consent(*, partner: Partner, by: Actor) -> Partner:
    """Agree to take part. An organisation takes part in one response to a challenge only."""
    _hold_draft(partner)
    _ensure_free(partner)
    return _decide(partner, Consent.GIVEN, by)


@verb("partner.refuse", on="partner")
def refuse_consent(*, partner: Partner, reason: str = "", by: Actor) -> Partner:
    """Decline, or take consent back while the response is a draft. The response is not seen any more."""
    _hold_draft(partner)
    partner.reason = reason[:300]
    return _decide(partner, Consent.REFUSED, by)


def _decide(partner: Partner, consent: Consent, by: Actor) -> Partner:
    partner.consent, partner.decided_by, partner.decided_at = consent, by.account_id, Now()
    partner.touch("consent", "reason", "decided_by", "decided_at")
    partner.refresh_from_db(fields=["decided_at"])
    people = people_of(partner.response.organisation_id, "contributor", "manager", "owner")
    side = partner.response.organisation_id
    notify(f"partner.{consent.value}", to=people, about=partner, by=by, organisation_id=side)
    return partner


def _ensure_free(partner: Partner) -> None:
    """Only the organisation's own other answers to the challenge are looked at."""
    challenge_id = partner.response.challenge_id
    live = Response._base_manager.filter(challenge_id=challenge_id).exclude(state=ResponseState.WITHDRAWN)
    leads = live.filter(organisation_id=partner.organisation_id)
    joined = live.filter(partners__organisation_id=partner.organisation_id, partners__consent=Consent.GIVEN)
    if leads.exists() or joined.exists():
        raise Refusal(
            "partner.elsewhere",
            what=_("不能加入这份揭榜书。"),
            why=_("贵单位已参加本榜单的另一份揭榜书。"),
            cure=_("请先退出另一份，再来确认。"),
        )


def _hold_draft(partner: Partner) -> Response:
    """Lock the response, so that consent and handing in cannot cross; refuse once it is handed in."""
    response = Response._base_manager.select_for_update().select_related(None).get(pk=partner.response_id)
    if response.state != ResponseState.DRAFT:
        raise Refusal(
            "response.not_draft",
            what=_("现在不能改动联合体。"),
            why=_("揭榜书已不是草稿。"),
            cure=_("请牵头单位先撤回揭榜书。"),
        )
    partner.response = response
    return response
