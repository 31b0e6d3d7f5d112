"""The leader of a chain, or the operator, analyses it; a firm reads its own rows, and tries out what could go wrong."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import ChainState

right(
    "analysis.start", "own.contributor", "operator", states={ChainState.ACTIVE}, feed={"own.viewer", "operator.viewer"}
)

routes("member", "operator.viewer", names=["industry:risks", "industry:weak_links", "industry:weak_link"])
routes("member.contributor", "operator", names=["industry:analysis_start"])
