"""A verified organisation offers what it has found; everybody reads what is open to them."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import TechnologyState

DRAFT, PUBLISHED, WITHDRAWN = TechnologyState.DRAFT, TechnologyState.PUBLISHED, TechnologyState.WITHDRAWN

right("technology.create", "member.contributor")
right("technology.edit", "own.contributor")
right("technology.publish", "own.contributor", states=(DRAFT, WITHDRAWN), feed={"anyone"})
right("technology.withdraw", "own.contributor", "operator", states=(PUBLISHED,))
right("technology.delete", "own.manager", states=(DRAFT, WITHDRAWN))

routes("anyone", names=["innovation:technologies", "innovation:technology"])
routes("member", "operator.viewer", names=["innovation:technology_users"])
routes(
    "member.contributor",
    "operator",
    names=[
        "innovation:technology_new",
        "innovation:technology_edit",
        "innovation:technology_autosave",
        "innovation:technology_publish",
        "innovation:technology_withdraw",
        "innovation:technology_delete",
    ],
)
