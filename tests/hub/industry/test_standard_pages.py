"""Pages of standards and assessments: drawn in both languages, working without scripts, with few queries."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.industry.models import Answer, Conformity, Standard
from rongtong.hub.industry.standard_enums import ConformityState, Proof, RequirementKind, StandardState
from rongtong.hub.organisations.models import Organisation
from tests.factories import a_member, an_organisation

from .factories_industry import a_chain, a_link
from .factories_standard import SCHEMA, a_conformity, a_standard

pytestmark = pytest.mark.django_db
GOOD = b'[{"code": "H000001", "hardness": 58}]'


def client_of(organisation: Organisation | None = None, role: str = "manager") -> Client:
    client = Client()
    client.force_login(a_member(role, organisation).account)
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"industry:{name}", args=args)


def form_of(**fields: str) -> dict[str, str]:
    """A standard with two clauses, as a browser sends it."""
    values = {"number": "T/LC 9", "title": "要求", "scope": "轴承", "validity_months": "12", "transition_days": "90"}
    values |= {"schema": json.dumps(SCHEMA), "requirements-TOTAL_FORMS": "2", "requirements-INITIAL_FORMS": "0"}
    for place, clause in enumerate(("4.1", "4.2")):
        row = {"clause": clause, "text": f"要求{clause}", "kind": "must", "proof": "statement"}
        values |= {f"requirements-{place}-{name}": value for name, value in row.items()}
    return values | fields


def test_every_page_is_drawn_in_english() -> None:
    """The source language is read by the tests below."""
    standard = a_standard(schema=SCHEMA)
    draft = a_standard(StandardState.DRAFT, standard.organisation, chain=standard.chain)
    supplier = an_organisation()
    own = a_conformity(ConformityState.DRAFT, supplier, standard)
    waiting = a_conformity(ConformityState.SUBMITTED, standard=standard)
    held = a_conformity(standard=standard, ends_in=20)
    leads, supplies = client_of(standard.organisation), client_of(supplier)
    asked = [
        (leads, at("standards")),
        *((leads, at("standard", standard.pk) + f"?tab={tab}") for tab in ("", "data", "editions", "suppliers")),
        (leads, at("standard_new")),
        (leads, at("standard_edit", draft.pk)),
        (leads, at("conformities")),
        (leads, at("conformity", held.pk)),
        (leads, at("conformity_audit", waiting.pk)),
        (leads, at("conformity_gaps")),
        (leads, at("conformity_gaps") + "?tab=lines"),
        (supplies, at("standard", standard.pk)),
        (supplies, at("standard_check", standard.pk)),
        (supplies, at("conformity", own.pk)),
        (supplies, at("conformity_answer", own.pk)),
        (supplies, at("conformity_gaps")),
    ]
    for client, address in asked:
        client.cookies["language"] = "en"
        response = client.get(address)
        assert response.status_code == 200, address
        assert "Standard" in response.content.decode(), address
    for client, words in ((supplies, "Assess yourselves"), (leads, "Audit the self-assessment of")):
        assert words in client.get(reverse("web:desk")).content.decode()


def test_written_published_and_revised_by_forms() -> None:
    member = a_member("manager", an_organisation(size="large"))
    chain = a_chain(member.organisation)
    client = Client()
    client.force_login(member.account)
    sent = client.post(at("standard_new"), form_of(chain=str(chain.pk)))
    made = Standard._base_manager.get()
    assert (sent.status_code, made.state, made.requirements.count(), made.schema) == (302, "draft", 2, SCHEMA)
    faulty = client.post(at("standard_edit", made.pk), form_of(schema='{"type": "x"}', version="1"))
    assert (faulty.status_code, "/type" in faulty.content.decode()) == (422, True)
    more = client.post(at("standard_edit", made.pk), form_of(version="1") | {"requirements-add": "1"})
    assert (more.status_code, "requirements-2-clause" in more.content.decode()) == (200, True)
    for verb in ("publish", "revise"):
        assert client.post(at("standard_do", made.pk, verb)).status_code == 302
    assert sorted(Standard._base_manager.values_list("edition", "state")) == [(1, "published"), (2, "draft")]
    unwritten = client.post(at("standard_do", made.pk, "withdraw"), {"reason": ""})
    assert unwritten.status_code == 422
    assert client.post(at("standard_do", made.pk, "burn")).status_code == 404


def test_a_newer_draft_is_shown_beside_ones_own() -> None:
    draft = a_standard(StandardState.DRAFT, version=3)
    page = client_of(draft.organisation).post(at("standard_edit", draft.pk), form_of(version="2", title="我的名称"))
    text = page.content.decode()
    assert (page.status_code, draft.title in text, "我的名称" in text) == (409, True, True)


def test_assessed_and_audited_by_forms() -> None:
    standard = a_standard()
    supplier = an_organisation()
    supplies, leads = client_of(supplier), client_of(standard.organisation)
    assert supplies.post(at("standard_do", standard.pk, "start")).status_code == 302
    made = Conformity._base_manager.get()
    answers = {"claim-1": "met", "statement-1": "内审", "claim-2": "met", "submit": "1"}
    lacking = supplies.post(at("conformity_answer", made.pk), answers)
    assert (lacking.status_code, "4.2" in lacking.content.decode()) == (422, True)
    answers |= {"certificate-2": "IATF-1", "certificate_until-2": "2100-01-01"}
    assert supplies.post(at("conformity_answer", made.pk), answers).status_code == 302
    verdicts = {
        "verdict-1": "accepted",
        "verdict-2": "returned",
        "reason-2": "证书不清晰",
        "months": "12",
        "conclude": "1",
    }
    assert leads.post(at("conformity_audit", made.pk), verdicts).status_code == 302
    made.refresh_from_db()
    assert made.state == ConformityState.RETURNED
    assert "证书不清晰" in supplies.get(at("conformity_answer", made.pk)).content.decode()
    assert supplies.post(at("conformity_do", made.pk, "submit")).status_code == 302
    assert leads.post(at("conformity_audit", made.pk), verdicts | {"verdict-2": "accepted"}).status_code == 302
    made.refresh_from_db()
    assert made.state == ConformityState.ACCEPTED
    assert supplies.post(at("conformity_do", made.pk, "show")).status_code == 302
    shown = Client().get(reverse("organisations:organisation", args=[supplier.pk])).content.decode()
    assert standard.number not in shown
    member = client_of().get(reverse("organisations:organisation", args=[supplier.pk])).content.decode()
    assert standard.number in member


def test_a_data_file_is_checked_without_scripts_and_faults_are_a_workbook() -> None:
    standard = a_standard(schema=SCHEMA)
    client = client_of()
    bad = SimpleUploadedFile("批次.csv", "炉号,硬度\nX1,58\nH000002,80\n".encode())
    page = client.post(at("standard_check", standard.pk), {"file": bad})
    text = page.content.decode()
    assert (page.status_code, "/hardness" in text, "大于 65" in text) == (200, True, True)
    bad.seek(0)
    book = client.post(at("standard_check", standard.pk), {"file": bad, "download": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[:2] for row in rows[1:]] == [(2, "炉号"), (3, "硬度")]
    damaged = client.post(
        at("standard_check", standard.pk), {"file": SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0x")}
    )
    assert (damaged.status_code, "sheet.old_excel" in damaged.content.decode()) == (409, True)
    assert client.post(at("standard_check", standard.pk)).status_code == 422
    assert client_of().get(at("standard_check", a_standard().pk)).status_code == 404


def test_a_file_without_faults_can_be_kept_as_evidence(settings, tmp_path) -> None:
    settings.FILES_ROOT = tmp_path
    standard = a_standard(schema=SCHEMA, clauses=(("6.1", RequirementKind.MUST, Proof.DATA_FILE),))
    supplier = an_organisation()
    own = a_conformity(ConformityState.ASKED, supplier, standard)
    client = client_of(supplier)
    sent = {"file": SimpleUploadedFile("批次.json", GOOD), "keep": "6.1"}
    assert client.post(at("standard_check", standard.pk), sent).status_code == 302
    answer = Answer._base_manager.get(conformity=own)
    own.refresh_from_db()
    assert (answer.claim, answer.data_rows, len(answer.evidence), own.state) == ("met", 1, 1, ConformityState.DRAFT)
    assert "批次.json" in client.get(at("conformity", own.pk)).content.decode()


def test_gaps_are_told_with_their_reasons_and_exported() -> None:
    standard = a_standard()
    supplier = an_organisation(name="澜川缺口轴承有限公司")
    known = an_organisation(name="澜川未评密封有限公司")
    assert standard.chain is not None
    a_link(standard.chain, supplier=known, buyer=standard.organisation)
    held = a_conformity(organisation=supplier, standard=standard, ends_in=20)
    Answer._base_manager.filter(conformity=held, requirement__clause="4.2").update(certificate_until="2020-01-01")
    client = client_of(standard.organisation)
    book = client.get(at("conformity_gaps") + "?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    told = [(row[0], row[3], row[5]) for row in list(sheet.iter_rows(values_only=True))[1:]]
    assert sorted(told, key=str) == sorted(
        [
            ("澜川缺口轴承有限公司", None, "即将到期"),
            ("澜川缺口轴承有限公司", "4.2", "证书已过期"),
            ("澜川未评密封有限公司", "4.1", "没有自评"),
            ("澜川未评密封有限公司", "4.2", "没有自评"),
        ],
        key=str,
    )
    own = client_of(supplier).get(at("conformity_gaps") + "?side=own").content.decode()
    assert ("证书已过期" in own, "澜川未评" in own) == (True, False)


def test_lists_ask_no_more_for_more_rows() -> None:
    standard = a_standard()
    client = client_of(standard.organisation)
    client.get(at("standards"))  # the first page of a process reads what later ones remember
    counts: dict[str, list[int]] = {}
    for more in (1, 20, 4):  # a second page costs one query more, whatever it holds
        for _number in range(more):
            a_conformity(organisation=an_organisation(figures=False), standard=standard)
            a_standard(organisation=standard.organisation, chain=standard.chain, clauses=())
        for name in ("standards", "conformities", "conformity_gaps"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(at(name)).status_code == 200
            counts.setdefault(name, []).append(len(queries))
    assert {name: one[0] <= one[1] == one[2] <= 12 for name, one in counts.items()} == dict.fromkeys(counts, True), (
        counts
    )
