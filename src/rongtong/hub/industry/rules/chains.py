"""The operator makes a chain and names its leader; the leader describes it. Chains are public, their links are not."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import ChainState

ACTIVE, CLOSED = ChainState.ACTIVE, ChainState.CLOSED

right("chain.create", "operator", feed={"operator.viewer"})
right("chain.appoint", "operator.manager", states={ACTIVE}, feed={"anyone"})
right("chain.edit", "own.manager", "operator", states={ACTIVE}, feed={"anyone"})
right("chain.set_products", "own.contributor", "operator", states={ACTIVE}, feed={"anyone"})
right("chain.close", "operator.manager", states={ACTIVE}, feed={"anyone"})
right("chain.reopen", "operator.manager", states={CLOSED}, feed={"anyone"})

routes("anyone", names=["industry:chains", "industry:chain", "industry:chain_map"])
routes("member.contributor", "operator", names=["industry:chain_edit", "industry:chain_products"])
routes("operator", names=["industry:chain_new", "industry:chain_close", "industry:chain_reopen"])
