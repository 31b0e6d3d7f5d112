"""Agreements and statements on pages, on paper, in files and through the API; what is closed is not there."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.domain.statements import Sales, enter_statement
from rongtong.hub.innovation.models import Agreement, AgreementDraft, Statement
from rongtong.hub.organisations.models import Account, Organisation
from tests.factories import operator_actor
from tests.hub.innovation.agreements.test_statements import a_running_deal
from tests.hub.innovation.factories_agreements import a_deal, a_technology, an_actor, clauses, in_days, in_force

pytestmark = pytest.mark.django_db


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.person))
    return client


def at(name: str, *args: Any) -> str:
    return reverse(f"innovation:{name}", args=args)


ROWS = {
    f"{name}-{part}_FORMS": str(int(name in filled) if part == "TOTAL" else 0)
    for filled in [("tiers", "free")]
    for name in ("tiers", "milestones", "dates", "free")
    for part in ("TOTAL", "INITIAL")
}
OFFER = ROWS | {
    "subject": "许可方法专利",
    "exclusivity": "sole",
    "fields_of_use": "C21D 9/40、H01M",
    "territories": "中国、DE",
    "starts_on": in_days(0).isoformat(),
    "ends_on": in_days(365).isoformat(),
    "upfront": "30",
    "tiers-0-rate": "4.5",
    "tier_base": "year",
    "months": "6",
    "variance": "20",
    "free-0-heading": "培训",
    "free-0-text": "两次",
    "valid_until": in_days(20).isoformat(),
}


def test_from_opening_to_force_by_the_pages():
    provider, receiver = an_actor(), an_actor()
    technology = a_technology(provider)
    giving, getting = client_of(provider), client_of(receiver)
    other = Organisation._base_manager.get(pk=receiver.firm).name
    opening = {"kind": "licence", "title": "淬火许可", "role": "provider", "other": other, "technology": technology.pk}
    wrong = giving.post(at("agreement_new"), opening | {"other": "没有这家"})
    assert (wrong.status_code, "没有这家已核验的机构" in wrong.content.decode()) == (422, True)
    assert giving.post(at("agreement_new"), opening).status_code == 302
    row = Agreement._base_manager.get()
    saved = giving.post(at("agreement_autosave", row.pk), OFFER | {"version": "1", "ends_on": "错"})
    draft = AgreementDraft._base_manager.get()
    assert (saved.status_code, saved.json()["version"], draft.clauses["grant"]["exclusivity"]) == (200, 2, "sole")
    assert draft.clauses["royalty"]["tiers"] == [{"above": "0.00", "rate": "0.045"}]
    assert giving.post(at("agreement_autosave", row.pk), OFFER | {"version": "1"}).status_code == 409
    assert getting.get(at("agreement", row.pk)).status_code == 404
    incomplete = giving.post(at("agreement_edit", row.pk), OFFER | {"version": "2", "valid_until": "", "offer": "1"})
    assert (incomplete.status_code, "报价有效期" in incomplete.content.decode()) == (422, True)
    version = AgreementDraft._base_manager.get().version
    sent = giving.post(at("agreement_edit", row.pk), OFFER | {"version": str(version), "offer": "1"})
    assert sent.status_code == 302
    page = getting.get(at("agreement", row.pk)).content.decode()
    assert "排他许可" in page and "C21D 9/40" in page and "300,000元" in page
    counter = OFFER | {"upfront": "20", "version": "1", "offer": "1"}
    assert getting.post(at("agreement_edit", row.pk), counter).status_code == 302
    offers = giving.get(at("agreement", row.pk) + "?tab=offers").content.decode()
    assert "300,000元" in offers and "200,000元" in offers and "改动" in offers
    assert giving.post(at("agreement_accept", row.pk), {"offer": "2"}).status_code == 302
    unsigned = giving.post(at("agreement_sign", row.pk), {"offer": "2", "name": ""})
    assert unsigned.status_code == 422
    for client in (giving, getting):
        assert (
            client.post(at("agreement_sign", row.pk), {"offer": "2", "name": "甲", "agreed": "on"}).status_code == 302
        )
    row.refresh_from_db()
    assert (row.state, row.grant.fields, row.grant.territories) == ("in_force", ["C21D 9/40", "H01M"], ["CN", "DE"])


def test_the_operator_sees_that_it_is_there_and_a_stranger_sees_nothing():
    deal = in_force(upfront="987654.00")
    operator, stranger = client_of(operator_actor()), client_of(an_actor())
    for tab in ("", "?tab=offers", "?tab=activity"):
        page = operator.get(at("agreement", deal.agreement.pk) + tab)
        assert page.status_code == 200
        assert "987,654" not in page.content.decode() and "98.7654" not in page.content.decode()
    for suffix in ("", "?export=csv", "?export=xlsx"):
        assert "987,654" not in operator.get(at("agreements") + suffix).content.decode("utf-8", "replace")
    for client in (operator, stranger):
        assert client.get(at("agreement_pdf", deal.agreement.pk)).status_code == 404
        assert client.get(f"/api/v1/agreements/{deal.agreement.pk}/versions").status_code == 404
        assert client.get(f"/api/v1/agreements/{deal.agreement.pk}/draft").status_code == 404
    assert stranger.get(at("agreement", deal.agreement.pk)).status_code == 404
    assert deal.agreement.title not in stranger.get(at("agreements")).content.decode()
    assert json.loads(operator.get("/api/v1/agreements").content)["items"][0]["ends_on"] is None
    assert json.loads(stranger.get("/api/v1/agreements").content)["items"] == []


def test_statements_by_the_pages():
    deal = a_running_deal()
    giving, getting = client_of(deal.provider), client_of(deal.receiver)
    empty = {"deductions-TOTAL_FORMS": "0", "deductions-INITIAL_FORMS": "0"}
    assert getting.get(at("statement_enter", deal.agreement.pk)).status_code == 200
    assert giving.get(at("statement_enter", deal.agreement.pk)).status_code == 404
    wrong = getting.post(at("statement_enter", deal.agreement.pk), empty | {"gross": "-1"})
    assert wrong.status_code == 422
    assert getting.post(at("statement_enter", deal.agreement.pk), empty | {"gross": "1000000"}).status_code == 302
    row = Statement._base_manager.get()
    page = giving.get(at("statement", row.pk)).content.decode()
    assert "50,000元" in page and row.digest in page
    assert giving.post(at("statement_audit", row.pk), {"gross": "3000000"}).status_code == 302
    row.refresh_from_db()
    assert (row.audited_payable, row.audit_flagged) == (Decimal("130000.00"), True)
    assert giving.post(at("statement_return", row.pk), {"comment": "缺一台"}).status_code == 302
    assert "缺一台" in getting.get(at("statement", row.pk)).content.decode()
    assert getting.post(at("statement", row.pk), empty | {"gross": "3000000"}).status_code == 302
    row.refresh_from_db()
    for client in (giving, getting):
        assert client.post(at("statement_confirm", row.pk), {"digest": row.digest}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.payable) == ("confirmed", Decimal("130000.00"))
    assert "第1期" in giving.get(at("agreement", deal.agreement.pk) + "?tab=statements").content.decode()
    for stranger in (operator_actor(), an_actor()):
        assert client_of(stranger).get(at("statement", row.pk)).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_in_both_languages(language):
    deal = a_running_deal()
    row = enter_statement(agreement=deal.agreement, sales=Sales(Decimal(10)), by=deal.receiver)
    draft = a_deal(provider=deal.provider)
    client = client_of(deal.provider)
    client.cookies["language"] = language
    for address in (
        at("agreements"),
        at("agreement_new"),
        at("agreement", deal.agreement.pk),
        at("agreement_edit", draft.agreement.pk),
        at("statement", row.pk),
        at("royalty_calculator") + f"?agreement={deal.agreement.pk}",
        at("royalty_calculator") + "?rate=5&sales=100&years=3",
    ):
        response = client.get(address)
        assert response.status_code == 200, address
        assert ("Agreement" in response.content.decode()) == (language == "en"), address
    assert client.get(at("royalty_calculator") + "?rate=500&sales=1&years=1").status_code == 422


def test_one_s_own_agreements_as_a_file_with_their_terms():
    deal = in_force(upfront="987654.00")
    content = client_of(deal.receiver).get(at("agreements") + "?export=xlsx").getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    heads, values = ([str(cell.value or "") for cell in row] for row in sheet.iter_rows(max_row=2))
    told = dict(zip(heads, values, strict=True))
    assert (told["编号"], told["固定费用"]) == (deal.agreement.number, "987,654元")
    assert told["许可方式"] == "普通许可" and "净销售额的 4%" in told["提成"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")
def test_the_agreement_on_paper():
    deal = in_force(upfront="987654.00")
    answer = client_of(deal.receiver).get(at("agreement_pdf", deal.agreement.pk))
    assert answer["Content-Type"] == "application/pdf"
    told = subprocess.run(["pdftotext", "-", "-"], input=answer.content, capture_output=True, check=True)
    text = told.stdout.decode()
    for word in (deal.agreement.number, "普通许可", "987,654元", deal.agreement.provider.name):
        assert word in text, word


def test_lists_ask_no_more_for_more_rows():
    provider = an_actor()
    technology = a_technology(provider)
    client = client_of(provider)
    counts = []
    for more in (1, 20, 9):
        for _ in range(more):
            a_deal(technology, provider=provider)
        for address in (at("agreements"), "/api/v1/agreements"):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[0] <= counts[2] == counts[4] <= 12 and counts[1] <= counts[3] == counts[5] <= 12


def test_the_api_does_what_the_pages_do():
    provider, receiver = an_actor(), an_actor()
    technology = a_technology(provider)
    clients = {"provider": client_of(provider), "receiver": client_of(receiver)}

    def call(who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        given = {} if body is None else {"data": json.dumps(body, default=str), "content_type": "application/json"}
        answer = getattr(clients[who], method)(f"/api/v1{path}", **given)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    opening = {"kind": "licence", "title": "许可", "other": receiver.firm, "technology": technology.pk}
    status, made = call("provider", "post", "/agreements", opening)
    assert status == 201
    path = f"/agreements/{made['id']}"
    stated = clauses(grant_starts_on=in_days(0), royalty={"tiers": [{"rate": "0.05"}], "months": 1}).stored()
    draft = {"clauses": stated, "valid_until": in_days(9)}
    assert call("provider", "put", f"{path}/draft", draft)[1]["version"] == 2
    assert call("provider", "put", f"{path}/draft", draft | {"version": 1})[0] == 409
    assert call("provider", "put", f"{path}/draft", {"clauses": {"upfront": 1.5}})[0] == 422
    assert call("provider", "post", f"{path}/offer")[1]["state"] == "offered"
    assert call("receiver", "post", f"{path}/accept", {"offer": 1})[1]["state"] == "accepted"
    for who in clients:
        signed = call(who, "post", f"{path}/sign", {"offer": 1, "name": "甲", "agreed": True})
    assert signed[1]["state"] == "in_force"
    versions = call("receiver", "get", f"{path}/versions")[1]
    assert (versions["chain_holds"], len(versions["versions"][0]["signatures"])) == (True, 2)
    Agreement._base_manager.update(starts_on=in_days(-40))
    status, row = call("receiver", "post", "/statements", {"agreement": made["id"], "gross": "1000.00"})
    assert (status, row["payable"]["amount"], row["holds"]) == (201, "50.00", True)
    one = f"/statements/{row['id']}"
    assert call("receiver", "put", f"{one}/sales", {"gross": "2000.00"})[1]["payable"]["amount"] == "100.00"
    assert call("provider", "post", f"{one}/audit", {"gross": "9000.00"})[1]["audit_flagged"] is True
    assert call("provider", "post", f"{one}/return", {"comment": "不对"})[1]["state"] == "returned"
    digest = call("receiver", "put", f"{one}/sales", {"gross": "9000.00"})[1]["digest"]
    for who in clients:
        done = call(who, "post", f"{one}/confirm", {"digest": digest})
    assert (done[1]["state"], call("provider", "get", "/statements")[1]["items"][0]["id"]) == ("confirmed", row["id"])
    assert call("provider", "post", f"{path}/end", {"conclusion": "止"})[1]["state"] == "in_force"
    assert call("receiver", "post", f"{path}/end", {"conclusion": "止"})[1]["state"] == "ended"
    assert call("receiver", "get", "/agreements?state=ended")[1]["items"][0]["id"] == made["id"]
    opened = call("receiver", "post", "/agreements", opening | {"other": provider.firm, "provides": False})[1]
    assert call("receiver", "post", f"/agreements/{opened['id']}/withdraw")[1]["state"] == "withdrawn"
    assert call("provider", "get", f"/agreements/{opened['id']}")[0] == 404


@pytest.mark.parametrize("subject", ["空\x00字", "半\ud800个"], ids=["nul", "surrogate"])
def test_what_no_database_keeps_is_refused(subject):
    deal = a_deal()
    path = f"/api/v1/agreements/{deal.agreement.pk}/draft"
    body = json.dumps({"clauses": {"subject": subject, "free": [{"heading": subject, "text": "x"}]}})
    answer = client_of(deal.provider).put(path, body, content_type="application/json")
    assert answer.status_code in (400, 422)


def test_names_of_deductions_are_printable():
    deal = a_running_deal()
    body = json.dumps({"agreement": str(deal.agreement.pk), "gross": "5.00", "deductions": {"税\x00": "1.00"}})
    answer = client_of(deal.receiver).post("/api/v1/statements", body, content_type="application/json")
    assert answer.status_code == 422
