"""Rows to test with, made directly: no verb runs, no audit entry or notice is written.

Every factory gives a row that is valid by itself; name only what your test is about.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from rongtong.hub.foundation.actors import SYSTEM, VISITOR, Actor
from rongtong.hub.innovation.enums import PUBLISHED, ChallengeState, Comparison, Stage
from rongtong.hub.innovation.models import Challenge, Round, Target
from rongtong.hub.organisations import pinyin
from rongtong.hub.organisations.derivation import derive_names
from rongtong.hub.organisations.domain.actors import actor_for
from rongtong.hub.organisations.enums import OrganisationKind, Role, VerificationState
from rongtong.hub.organisations.identifiers import make_credit_code
from rongtong.hub.organisations.models import Account, Member, Organisation, YearFigures
from rongtong.hub.organisations.size_class import SizeClass

__all__ = [
    "PASSWORD",
    "SYSTEM",
    "a_challenge",
    "a_member",
    "a_round",
    "actor_of",
    "an_account",
    "an_organisation",
    "make_credit_code",
    "operator_actor",
    "visitor",
]

PASSWORD = "tests-only-Q7vurbeX"
visitor: Actor = VISITOR
_serial = count(1)

# Headcount and yearly revenue in yuan by which a manufacturer has the class.
_FIGURES: dict[str, tuple[int, int]] = {
    SizeClass.LARGE: (1500, 900_000_000),
    SizeClass.MEDIUM: (420, 60_000_000),
    SizeClass.SMALL: (64, 12_000_000),
    SizeClass.MICRO: (9, 900_000),
}

# How far a round has come: days from today to the ends of collect, publish, respond and select.
_STAGE_DAYS: dict[str, tuple[int, int, int, int]] = {
    Stage.COLLECT: (10, 15, 45, 65),
    Stage.PUBLISH: (-3, 5, 35, 55),
    Stage.RESPOND: (-20, -10, 20, 40),
    Stage.SELECT: (-50, -40, -2, 18),
    Stage.CONCLUDE: (-90, -80, -50, -30),
}

_STAGE_OF: dict[str, str] = {
    ChallengeState.DRAFT: Stage.COLLECT,
    ChallengeState.SUBMITTED: Stage.COLLECT,
    ChallengeState.RETURNED: Stage.COLLECT,
    ChallengeState.WITHDRAWN: Stage.COLLECT,
    ChallengeState.SCREENED: Stage.PUBLISH,
    ChallengeState.OPEN: Stage.RESPOND,
    ChallengeState.SELECTING: Stage.SELECT,
    ChallengeState.AWARDED: Stage.CONCLUDE,
    ChallengeState.CONCLUDED: Stage.CONCLUDE,
}


def an_organisation(
    kind: str = OrganisationKind.ENTERPRISE,
    size: str | None = None,
    *,
    verified: bool = True,
    name: str | None = None,
    figures: bool = True,
    **fields: Any,
) -> Organisation:
    """An organisation; an enterprise is small unless ``size`` says otherwise, with the figures that make it so.

    Parameters
    ----------
    fields
        Any other field of the row: ``region="990103"``, ``industry="367"``, ``state="pending"``.
    """
    serial = next(_serial)
    enterprise = kind == OrganisationKind.ENTERPRISE
    size = size or (SizeClass.SMALL if enterprise else SizeClass.UNCLASSIFIED)
    values: dict[str, Any] = {
        "kind": kind,
        "name": name or f"澜川测试{serial}号{'装备有限公司' if enterprise else '中心'}",
        "identifier": make_credit_code("990102", serial, "91" if enterprise else "12"),
        "industry": "367" if enterprise else "",
        "region": "990102",
        "size_class": size,
        "state": VerificationState.VERIFIED if verified else VerificationState.DRAFT,
        "verified_at": datetime.now(UTC) if verified else None,
    }
    organisation = Organisation(**(values | fields))
    derive_names(organisation)
    organisation.save()
    if figures and size in _FIGURES:
        headcount, revenue = _FIGURES[size]
        YearFigures._base_manager.create(
            organisation=organisation,
            year=datetime.now(UTC).year - 1,
            headcount=headcount,
            revenue=Decimal(revenue),
            assets=Decimal(revenue) * 2,
        )
    return organisation


def an_account(
    name: str | None = None, *, email: str | None = None, password: str | None = None, **fields: Any
) -> Account:
    """A person who may sign in: ``client.force_login(account)``, or with ``password=PASSWORD`` by the form."""
    serial = next(_serial)
    address = email or f"person{serial}@tests.example"
    account = Account.objects.create_user(address, password, name=name or f"测试员{serial}", **fields)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def a_member(
    role: str = Role.OWNER, organisation: Organisation | None = None, *, account: Account | None = None, **fields: Any
) -> Member:
    """A person acting for an organisation; a new person and a new small enterprise unless given."""
    return Member._base_manager.create(
        account=account or an_account(), organisation=organisation or an_organisation(), role=role, **fields
    )


def actor_of(member: Member, *, scopes: frozenset[str] | None = None, ip: str = "", request_id: str = "") -> Actor:
    """The actor of a membership as its organisation stands now."""
    member.organisation.refresh_from_db()
    return actor_for(member.account, member, ip=ip, request_id=request_id, scopes=scopes)


def operator_actor(role: str = Role.MANAGER, organisation: Organisation | None = None) -> Actor:
    """A person of a verified operator."""
    return actor_of(a_member(role, organisation or an_organisation(OrganisationKind.OPERATOR)))


def a_round(stage: str = Stage.COLLECT, *, operator: Organisation | None = None, **fields: Any) -> Round:
    """A round in a stage, with dates around today that fit it."""
    now = datetime.now(UTC).replace(microsecond=0)
    collect, publish, respond, select = (now + timedelta(days=days) for days in _STAGE_DAYS[stage])
    values: dict[str, Any] = {
        "organisation": operator or fields.pop("organisation", None) or an_organisation(OrganisationKind.OPERATOR),
        "title": f"测试第{next(_serial)}批次",
        "state": stage,
        "collect_until": collect,
        "publish_at": publish,
        "respond_until": respond,
        "select_until": select,
        "conclude_on": (select + timedelta(days=20)).date(),
    }
    return Round._base_manager.create(**(values | fields))


def a_challenge(
    state: str = ChallengeState.OPEN,
    organisation: Organisation | None = None,
    *,
    round: Round | None = None,
    targets: int = 2,
    **fields: Any,
) -> Challenge:
    """A challenge of a large enterprise in a state, in a round whose stage fits it, with technical targets.

    Parameters
    ----------
    fields
        Any other field of the row: ``budget_level=2``, ``deadline=…``, ``anonymous=True``.
    """
    serial = next(_serial)
    round = round or a_round(_STAGE_OF[state])
    values: dict[str, Any] = {
        "round": round,
        "organisation": organisation or an_organisation(size=SizeClass.LARGE),
        "state": state,
        "title": f"主轴承滚道感应淬火变形控制{serial}",
        "industry": "367",
        "region": "990102",
        "problem": "大直径滚道淬火后椭圆度超差，需要二次磨削。",
        "tried": "试过分段淬火，软带过宽。",
        "details": "滚道直径 3.2 米，材料 42CrMo4。",
        "budget_min": Decimal("3000000.00"),
        "budget_max": Decimal("4500000.00"),
        "months": 18,
        "deadline": round.respond_until,
        "ip_terms": "成果共有，榜主优先使用。",
        "contact_name": "测试联系人",
        "contact_email": "contact@tests.example",
        "readiness": 5,
    }
    if state != ChallengeState.DRAFT:
        values["submitted_at"] = round.collect_until - timedelta(days=1)
    if state in PUBLISHED:
        values |= {"number": f"T{serial:06d}", "published_at": round.publish_at}
    challenge = Challenge(**(values | fields))
    challenge.search_keys = pinyin.search_keys(challenge.title)[:400]
    challenge.save()
    Target._base_manager.bulk_create(
        Target(
            challenge=challenge,
            position=position,
            indicator=f"指标{position}",
            comparison=Comparison.AT_MOST,
            value=Decimal(position) / 10,
            unit="mm",
            must_meet=position == 1,
        )
        for position in range(1, targets + 1)
    )
    return challenge
