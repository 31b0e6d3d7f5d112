"""Chains and links through the API: every verb, versions, what the token may and what it sees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rongtong.hub.industry.models import Chain, SupplyLink
from tests.factories import a_member, an_organisation

from .factories_industry import a_chain, a_firm, a_link, a_product

pytestmark = pytest.mark.django_db


class Door:
    """A person at the API."""

    def __init__(self, member: Any) -> None:
        self.client = Client()
        self.client.force_login(member.account)

    def __call__(self, method: str, path: str, body: Any = None, tag: str = "") -> Any:
        headers = {"If-Match": tag} if tag else None
        return getattr(self.client, method)(
            f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query)


def test_a_chain_from_its_making_to_its_products() -> None:
    operator, leading = Door(a_member("manager", an_organisation("operator"))), an_organisation()
    made = operator("post", "/chains", {"name": "风电链"})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert operator("put", f"/chains/{pk}", {"name": "海上风电链"}).status_code == 422, "a version is needed"
    changed = operator("put", f"/chains/{pk}", {"name": "海上风电链"}, made["ETag"])
    assert (changed.status_code, changed.json()["name"]) == (200, "海上风电链")
    assert operator("put", f"/chains/{pk}", {"name": "旧"}, made["ETag"]).status_code == 409
    assert operator("post", f"/chains/{pk}/appoint", {"leader_id": str(leading.pk)}).json()["version"] == 3
    leader = Door(a_member("contributor", leading))
    tag = leader.get(f"/chains/{pk}")["ETag"]
    rows = [
        {"code": "S", "name": "钢", "tier": 1}, {"code": "B", "name": "轴承", "tier": 2, "inputs": {"S": 2}},
    ]  # fmt: skip
    assert leader("put", f"/chains/{pk}/products", {"products": rows}, tag).status_code == 200
    told = leader.get(f"/chains/{pk}/products").json()
    assert [(one["code"], one["inputs"]) for one in told] == [("S", {}), ("B", {"S": 2})]
    assert leader("post", f"/chains/{pk}/close").status_code == 403
    assert operator("post", f"/chains/{pk}/close").json()["state"] == "closed"
    assert operator("post", f"/chains/{pk}/reopen").json()["state"] == "active"
    assert Chain._base_manager.get(pk=pk).leader == leading


def test_a_link_from_its_telling_to_its_withdrawal() -> None:
    buyer, supplier = an_organisation(), an_organisation()
    door, other, chain = Door(a_member("manager", buyer)), Door(a_member("manager", supplier)), a_chain()
    product = a_product(chain)
    body = {
        "chain_id": str(chain.pk), "supplier": {"organisation_id": str(supplier.pk)}, "year": 2025,
        "value": "1200.50", "product_id": str(product.pk), "input_share": "0.4",
    }  # fmt: skip
    made = door("post", "/supply-links", body)
    assert (made.status_code, made.json()["value"]) == (201, {"amount": "1200.50", "currency": "CNY"})
    assert door("post", "/supply-links", body).status_code == 422
    assert door("post", "/supply-links", body | {"unknown": 1}).status_code == 422
    assert door("post", "/supply-links", body | {"product_id": str(chain.pk)}).status_code == 404
    link = f"/supply-links/{made.json()['id']}"
    fields = {"year": 2025, "value": "99.00"}
    assert door("put", link, fields, made["ETag"]).json()["value"]["amount"] == "99.00"
    assert door("put", link, fields, made["ETag"]).status_code == 409
    assert door("post", f"{link}/conceal").status_code == 403
    assert other("post", f"{link}/conceal").json()["confidential"] is True
    assert [one["id"] for one in other.get("/supply-links", firm=made.json()["supplier"]["key"]).json()["items"]] == [
        made.json()["id"]
    ]
    assert Door(a_member()).get(link).status_code == 404
    assert door("post", f"{link}/withdraw").status_code == 204
    assert door.get("/supply-links").json()["items"] == []
    assert len(door.get("/supply-links", state="withdrawn").json()["items"]) == 1


def test_links_come_in_pages_and_the_map_finds_a_way() -> None:
    leading = an_organisation()
    chain, door = a_chain(leading), Door(a_member("viewer", leading))
    mill, forge, works = (a_firm(name) for name in ("钢厂", "锻厂", "机厂"))
    a_link(chain, mill, forge)
    a_link(chain, forge, works)
    first = door.get("/supply-links", chain_id=str(chain.pk), limit=1).json()
    second = door.client.get(first["next"]).json()
    assert len({one["id"] for one in first["items"] + second["items"]}) == 2
    found = door.get(f"/chains/{chain.pk}/map").json()
    assert (found["year"], len(found["nodes"]), len(found["flows"])) == (2025, 3, 2)
    ways = door.get(f"/chains/{chain.pk}/way", start=str(mill.pk), end=str(works.pk)).json()["way"]
    assert [one["name"] for one in ways] == ["钢厂", "锻厂", "机厂"]
    assert door.get(f"/chains/{chain.pk}/map", year=1999).json()["nodes"] == []
    assert Door(a_member()).get(f"/chains/{chain.pk}/map").json()["nodes"] == []
    assert Client().get(f"/api/v1/chains/{chain.pk}/map").status_code == 401


def test_a_file_of_links_and_an_outside_firm() -> None:
    chain, door = a_chain(), Door(a_member("manager"))
    file = SimpleUploadedFile("a.csv", "供方,年度,年交易额（元）\n北海轴承,2025,100\n".encode())
    checked = door.client.post("/api/v1/supply-link-imports", {"chain_id": str(chain.pk), "file": file})
    assert (checked.status_code, checked.json()["counts"]["new"]) == (201, 1)
    batch = f"/supply-link-imports/{checked.json()['id']}"
    assert door("post", f"{batch}/rename", {"renames": {}}).status_code == 200
    assert door("post", f"{batch}/decide", {"decisions": {}}).status_code == 200
    assert door("post", f"{batch}/apply").json()["state"] == "applied"
    operator, organisation = Door(a_member("manager", an_organisation("operator"))), an_organisation()
    firms = operator.get("/outside-firms").json()["items"]
    assert [one["name"] for one in firms] == ["北海轴承"]
    assert door.get("/outside-firms").status_code == 403
    solved = operator("post", f"/outside-firms/{firms[0]['id']}/resolve", {"organisation_id": str(organisation.pk)})
    assert solved.json()["organisation_id"] == str(organisation.pk)
    assert SupplyLink._base_manager.get().supplier.organisation == organisation
    assert door("post", f"{batch}/undo").json()["state"] == "undone"
