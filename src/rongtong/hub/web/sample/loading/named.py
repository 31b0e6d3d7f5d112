"""The accounts that are named to whoever tries the hub."""

from __future__ import annotations

from dataclasses import dataclass

from ..content import read

#: Every account of the sample cluster has it. The sample is for trying the hub, never for a hub in use.
PASSWORD = "Lanchuan-sample-2026"  # noqa: S105  made to be told


@dataclass(frozen=True)
class SampleAccount:
    """A person to sign in as, with the part it plays in Chinese and English."""

    part: str
    part_en: str
    email: str
    name: str
    organisation: str


def accounts() -> list[SampleAccount]:
    """One account for each way of taking part."""
    cluster = read()
    found = []
    for entry in cluster.sign_ins:
        person = cluster.people[entry.person]
        home = cluster.organisations[person.organisation]
        found.append(SampleAccount(entry.part, entry.part_en, person.email, person.name, home.short))
    return found


def greeting() -> list[str]:
    """The lines that name the accounts where the hub was started."""
    lines = [f"示例账号 sample accounts    密码 password: {PASSWORD}", ""]
    known = accounts()
    longest = max(len(each.email) for each in known)
    return [*lines, *(f"{each.email:<{longest}}  {each.part} · {each.part_en}" for each in known)]
