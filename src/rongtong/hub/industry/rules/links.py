"""A buyer tells its own links, the chain leader those of its chain, the operator any; each changes what it told."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import ChainState, LinkState

ACTIVE = LinkState.ACTIVE
# who bought what from whom is no news for others: not even that something was written
INSIDE = {"own.viewer", "operator.viewer"}

# whether it is the writer's link to tell is decided by the verb, which names the reason
right("link.create", "member.contributor", "operator", states={ChainState.ACTIVE}, feed={"operator.viewer"})
right("link.edit", "own.contributor", "leader.contributor", "operator", states={ACTIVE}, feed=INSIDE)
right("link.withdraw", "own.contributor", "leader.contributor", "operator", states={ACTIVE}, feed=INSIDE)
right("link.conceal", "supplier.manager", states={ACTIVE}, feed=INSIDE)
right("link.check_import", "member.contributor", "operator", states={ChainState.ACTIVE}, feed=())
for verb in ("rename_import", "decide_import", "apply_import", "discard_import"):
    right(f"link.{verb}", "own.contributor", states={"checked"}, feed=())
right("link.undo_import", "own.contributor", states={"applied"}, feed=())
right("firm.resolve", "operator.manager", scope="link:write", feed={"operator.viewer"})

routes("member", "operator.viewer", names=["industry:links", "industry:link"])
routes(
    "member.contributor",
    "operator",
    names=[
        "industry:link_new",
        "industry:link_edit",
        "industry:link_withdraw",
        "industry:link_conceal",
        "industry:link_import",
        "industry:link_import_template",
        "industry:link_import_batch",
        "industry:link_import_rename",
        "industry:link_import_decide",
        "industry:link_import_apply",
        "industry:link_import_discard",
        "industry:link_import_undo",
        "industry:link_import_faults",
    ],
)
routes("operator", names=["industry:outside_firms", "industry:firm_resolve"])
