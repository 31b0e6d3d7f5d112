"""Rounds are announced to everybody and moved on by the operator."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import Stage

UNFINISHED = (Stage.COLLECT, Stage.PUBLISH, Stage.RESPOND, Stage.SELECT)

right("round.create", "operator", feed={"anyone"})
right("round.edit", "operator", states=UNFINISHED, feed={"anyone"})
right("round.advance", "operator", states=UNFINISHED, feed={"anyone"})

routes("anyone", names=["innovation:rounds", "innovation:round"])
routes("account", names=["innovation:round_catalogue"])
routes("operator", names=["innovation:round_new", "innovation:round_edit", "innovation:round_advance"])
