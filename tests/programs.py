"""Programs that call the API: each with a token of a member."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.files.base import File
from django.test import Client

from rongtong.hub.organisations.domain import tokens
from rongtong.hub.organisations.models import Member, Token

ROOT = "/api/v1"


def a_token(member: Member, *scopes: str) -> str:
    """Straight into the table, so that any scopes can be tried."""
    secret = tokens.new_secret()
    member.refresh_from_db()
    Token._base_manager.create(
        account=member.account,
        organisation=member.organisation,
        name="tests",
        digest=tokens.digest_of(secret),
        scopes=list(scopes),
        expires_at=member.since + timedelta(days=30),
    )
    return secret


class Program:
    """A program with a token of a member and these scopes; a visitor without a member.

    ``program("get", "/jobs")``, ``program("post", "/searches", {…}, **{"If-Match": tag})``.
    """

    def __init__(self, member: Member | None = None, *scopes: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {a_token(member, *scopes)}"} if member else {})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(path if path.startswith(ROOT) else ROOT + path, headers=headers, **sent)

    def send(self, path: str, file: File[bytes], headers: dict[str, str] | None = None, **fields: Any) -> Any:
        """Post a form with a file."""
        return self.client.post(ROOT + path, {"file": file, **fields}, headers=headers or {})

    def every(self, path: str) -> list[str]:
        """The ids of a list, page after page."""
        seen, following = [], ROOT + path
        while following:
            page = self.client.get(following).json()
            seen += [one["id"] for one in page["items"]]
            following = page["next"]
        return seen
