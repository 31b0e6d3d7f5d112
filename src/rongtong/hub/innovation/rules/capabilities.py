"""A verified organisation describes what it can do; everybody reads what is open to them."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import CapabilityState

DRAFT, PUBLISHED, WITHDRAWN = CapabilityState.DRAFT, CapabilityState.PUBLISHED, CapabilityState.WITHDRAWN

right("capability.create", "member.contributor")
right("capability.edit", "own.contributor")
right("capability.publish", "own.contributor", states=(DRAFT, WITHDRAWN), feed={"anyone"})
right("capability.withdraw", "own.contributor", "operator", states=(PUBLISHED,))
right("capability.delete", "own.manager", states=(DRAFT, WITHDRAWN))

routes("anyone", names=["innovation:capabilities", "innovation:capability"])
routes("member", names=["innovation:own_capabilities"])
routes(
    "member.contributor",
    "operator",
    names=[
        "innovation:capability_new",
        "innovation:capability_edit",
        "innovation:capability_publish",
        "innovation:capability_withdraw",
        "innovation:capability_delete",
    ],
)
