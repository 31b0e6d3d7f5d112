"""Who asks, and what they leave lying about: run inside a served hub with the sample cluster."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from PIL import Image

from rongtong.hub.foundation import jobs
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Job
from rongtong.hub.industry.domain import analyses, link_imports, scenarios
from rongtong.hub.industry.models import Chain, SupplyLink
from rongtong.hub.industry.queries.networks import key_of
from rongtong.hub.innovation.domain import need_imports
from rongtong.hub.innovation.domain.need_columns import NEED_COLUMNS
from rongtong.hub.innovation.domain.rounds import create_round
from rongtong.hub.innovation.models import Challenge, Response
from rongtong.hub.organisations.domain import imports, tokens, webhooks
from rongtong.hub.organisations.domain.actors import actor_for
from rongtong.hub.organisations.domain.invitations import invite_member
from rongtong.hub.organisations.domain.recovery import open_recovery
from rongtong.hub.organisations.models import Account, Member, WebhookDelivery
from rongtong.hub.trust.domain.documents import attach
from rongtong.hub.trust.domain.log_keeping import keep_log
from rongtong.hub.trust.domain.log_keys import rotate_key
from rongtong.hub.trust.enums import Level
from rongtong.hub.web.domain.searches import save_search
from rongtong.hub.web.sample import read

#: Role → the sample person that plays it; the visitor is nobody, the token acts for the small enterprise.
PEOPLE = {
    "viewer": "song.yinhe@lanchuan-heavy.example",
    "contributor": "he.jinghang@lanchuan-heavy.example",
    "manager": "chen.ruolan@lanchuan-heavy.example",
    "owner": "gu.chengze@lanchuan-heavy.example",
    "rival": "shao.jingyan@jintang.example",
    "operator": "pei.wenqing@centre.example",
    "small": "zhou.qiming@hengli.example",
    "reviewer": "lin.zhiyuan@jdmri.example",
}
#: What a program answered to a webhook of the large enterprise: its owner and managers may read it, nobody else.
WEBHOOK_ANSWER = "采购系统停机维护至周五"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def member_of(role: str) -> Member:
    rows = Member._base_manager.select_related("account", "organisation")
    return rows.get(account__email=PEOPLE[role], until=None)


def actor_of(role: str) -> Actor:
    member = member_of(role)
    return actor_for(member.account, member)


def sessions(*roles: str) -> dict[str, dict[str, Any]]:
    """Each role as `attack.py` and the tests take it: cookies of a session that a sign-in would have begun."""
    found: dict[str, dict[str, Any]] = {"visitor": {}}
    for role in roles or PEOPLE:
        account = Account.objects.get(email=PEOPLE[role])
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        request = HttpRequest()
        request.session = session
        record_authentication(request, account, "password", reauthenticated=True)
        session.create()
        found[role] = {"cookies": {settings.SESSION_COOKIE_NAME: session.session_key}}
    return found


def token(role: str = "small") -> dict[str, Any]:
    """A token with every scope that can be granted."""
    made = tokens.create_token(
        organisation=member_of(role).organisation,
        name="ERP",
        scopes=tokens.grantable_scopes(),
        days=1,
        by=actor_of(role),
    )
    return {"headers": {"Authorization": f"Bearer {made.secret}"}}


def furnish() -> None:
    """What the sample cluster lacks: files, imports under way, a round that collects, a second factor, a job."""
    now = datetime.now(UTC)
    days = {"collect_until": 30, "publish_at": 35, "respond_until": 65, "select_until": 85}
    dates: dict[str, Any] = {name: now + timedelta(days=after) for name, after in days.items()}
    collecting = create_round(
        values={"title": "2027 年第一批", **dates, "conclude_on": (now + timedelta(days=120)).date()},
        by=actor_of("operator"),
    )
    need_imports.check_import(
        round=collecting, content=_needs(), file_name="需求.xlsx", submit=False, by=actor_of("contributor")
    )
    imports.check_import(content=_organisations(), file_name="名单.xlsx", by=actor_of("operator"))
    link_imports.check_import(
        chain=Chain._base_manager.order_by("pk")[0],
        content="供方,年度,年交易额（元）\n没有听说过的厂,2025,100\n,2025,一百\n".encode("utf-8-sig"),
        file_name="供方.csv",
        by=actor_of("contributor"),
    )
    _analyses()
    _documents()
    for role in ("manager", "rival"):
        save_search(page="challenges", name="齿轮", query="q=齿轮", notify=False, by=actor_of(role))
    Job._base_manager.filter(pk=jobs.start("export", by=actor_of("manager")).pk).update(state="done")
    reviewer = member_of("reviewer").account
    TOTP.activate(reviewer, generate_totp_secret())
    RecoveryCodes.activate(reviewer)
    open_recovery(account=reviewer, proof="当面核对工作证与营业执照。", by=actor_of("operator"))
    _webhooks()
    keep_log()
    rotate_key(by=actor_of("operator"))
    owner = member_of("owner")
    invite_member(
        organisation=owner.organisation, email="newcomer@lanchuan-heavy.example", role="viewer", by=actor_of("owner")
    )


def _analyses() -> None:
    """A chain of the large enterprise analysed, and a scenario of what it would do without a supplier."""
    member = member_of("contributor")
    link = SupplyLink._base_manager.filter(buyer__organisation=member.organisation, state="active").latest("year", "pk")
    analyses.compute(analyses.start_analysis(chain=link.chain, by=actor_of("operator")).pk)
    supplier = key_of(link.supplier_id, link.pseudonym_id if link.confidential else None)
    asked = scenarios.Asked("主要供方停产两个月", "firm", [supplier], days=60)
    scenarios.follow(scenarios.create_scenario(chain=link.chain, asked=asked, by=actor_of("contributor")).pk)


def _webhooks() -> None:
    """One with a message that waits and one that was given up."""
    by = actor_of("manager")
    values: dict[str, Any] = {
        "name": "仓储系统",
        "url": "https://erp.lanchuan-heavy.example/hooks",
        "events": ["response.submitted"],
    }
    made = webhooks.create_webhook(organisation=member_of("manager").organisation, by=by, **values)
    given_up = webhooks.ping_webhook(webhook=made, by=by)
    told = {"state": "failed", "attempts": 7, "status": 503, "problem": "status", "answer": WEBHOOK_ANSWER}
    WebhookDelivery._base_manager.filter(pk=given_up.pk).update(tried_at=datetime.now(UTC), **told)
    webhooks.ping_webhook(webhook=made, by=by)


def _documents() -> None:
    challenge = Challenge._base_manager.get(title=read().challenges["case-depth"].title)
    for level in Level:
        attach(subject=challenge, file=_picture(f"MKL{level.value}FILE.png"), level=level, by=actor_of("contributor"))
    draft = Response._base_manager.filter(organisation=member_of("small").organisation, state="draft").first()
    attach(subject=draft, file=_picture("MKDRAFTFILE.png"), level=Level.NAMED, by=actor_of("small"))


def _picture(name: str) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def _needs() -> bytes:
    titles = {column.key: str(column.title) for column in NEED_COLUMNS}
    row = {
        "industry": "367",
        "region": "浙江省杭州市",
        "title": "MKIMPORTTITLE 滚道淬硬层均匀性控制",
        "problem": "首尾搭接处形成软带。",
        "targets": "★有效淬硬层深 ≥ 6 mm",
        "budget": "300–450",
        "months": 14,
        "contact_name": "陈若岚",
        "contact_phone": "0571-88612207",
    }
    return _workbook([titles[key] for key in row], list(row.values()), ["", *list(row.values())[1:]])


def _organisations() -> bytes:
    headers = ["机构名称", "统一社会信用代码", "地区", "行业"]
    return _workbook(headers, ["MKIMPORTNAME 机械有限公司", "错", "浙江省杭州市", "C36"])


def _workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def tell(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False))
