"""A firm tries out what could go wrong with its own links, the leader and the operator with the chain."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import ChainState

right("scenario.create", "member.contributor", "operator", states={ChainState.ACTIVE}, feed={"operator.viewer"})
right("scenario.share", "own.contributor", feed={"own.viewer"})

routes("member", "operator.viewer", names=["industry:scenarios", "industry:scenario"])
routes("member.contributor", "operator", names=["industry:scenario_new", "industry:scenario_share"])
