"""Who acts: one immutable value that every verb and query takes, built from a session, a token or the system itself."""

from dataclasses import dataclass, field
from uuid import UUID

LADDER = ("viewer", "contributor", "manager", "owner")
#: An id that no row has.
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Actor:
    """A person acting for an organisation.

    Parameters
    ----------
    role
        The person's role in ``organisation_id``: one of ``viewer < contributor < manager < owner``, or None.
    verified
        Whether the operator has verified the organisation. Only then do its people count as members.
    operator
        Whether the organisation runs the hub.
    scopes
        What a token may do; None for a session, which may do all that its person may.
    """

    account_id: UUID | None = None
    organisation_id: UUID | None = None
    role: str | None = None
    verified: bool = False
    operator: bool = False
    name: str = ""
    organisation_name: str = ""
    ip: str = ""
    request_id: str = ""
    scopes: frozenset[str] | None = None
    system: bool = False
    roles: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(self._roles()))

    def _roles(self) -> set[str]:
        roles = {"anyone"}
        if self.system:
            roles.add("system")
        if self.account_id is not None:
            roles.add("account")
        if self.is_member:
            roles.add("member")
            roles.update(f"member.{step}" for step in self.steps)
        if self.operator and self.role is not None:
            roles.add("operator.viewer")
            if "contributor" in self.steps:
                roles.add("operator")
            if "manager" in self.steps:
                roles.add("operator.manager")
        return roles

    @property
    def steps(self) -> tuple[str, ...]:
        """The person's role and every role below it."""
        return LADDER[: LADDER.index(self.role) + 1] if self.role else ()

    @property
    def is_visitor(self) -> bool:
        return self.account_id is None and not self.system

    @property
    def is_member(self) -> bool:
        return self.verified and None not in (self.account_id, self.organisation_id, self.role)

    @property
    def person(self) -> UUID:
        """The account's id for look-ups; one that no row has where there is none."""
        return self.account_id or NOBODY

    @property
    def firm(self) -> UUID:
        """The organisation's id for look-ups; one that no row has where there is none."""
        return self.organisation_id or NOBODY

    @property
    def level(self) -> int:
        """The highest disclosure level open to this actor everywhere: 0 public, 1 members."""
        return 1 if self.is_member or self.system else 0

    def acts_for(self, organisation_id: UUID | None) -> bool:
        return organisation_id is not None and self.role is not None and self.organisation_id == organisation_id


VISITOR = Actor()
SYSTEM = Actor(system=True, name="system")
