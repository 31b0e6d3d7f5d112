"""The leader of a chain, or the operator, writes and publishes; members read, everybody where the standard says so."""

from rongtong.hub.foundation.rights import right, routes

from ..standard_enums import StandardState

DRAFT, PUBLISHED = StandardState.DRAFT, StandardState.PUBLISHED

right("standard.create", "member.contributor", feed={"own.viewer"})
right("standard.edit", "own.contributor", states={DRAFT}, feed={"own.viewer"})
right("standard.publish", "own.manager", states={DRAFT}, feed={"anyone"})
right("standard.revise", "own.contributor", states={PUBLISHED}, feed={"own.viewer"})
right("standard.arrange", "own.manager", states={PUBLISHED}, feed={"own.viewer"})
right("standard.withdraw", "own.manager", states={PUBLISHED}, feed={"anyone"})
right("standard.delete", "own.contributor", states={DRAFT}, feed={"own.viewer"})

routes("anyone", names=["industry:standards", "industry:standard"])
routes("member", names=["industry:standard_check"])
routes("member.contributor", names=["industry:standard_new", "industry:standard_edit", "industry:standard_do"])
