"""Who plans, delivers, accepts and concludes what an award has opened."""

from rongtong.hub.foundation.rights import right, routes

WRITE = "collaboration:write"
SIDES = ("own.viewer", "partner.viewer", "operator.viewer")
OPEN = {"planned", "returned"}

right("collaboration.open", "own.manager", scope="selection:write", feed=SIDES)
right("collaboration.report_result", "leader.contributor", states={"active"}, scope=WRITE, feed=SIDES)
right("collaboration.complete", "challenger.manager", states={"active"}, scope=WRITE, feed=SIDES)
right("collaboration.terminate", "challenger.manager", states={"active"}, scope=WRITE, feed=SIDES)
right("milestone.propose", "leader.contributor", "challenger.contributor", states=OPEN, scope=WRITE, feed=SIDES)
right("milestone.agree", "leader.manager", "challenger.manager", states=OPEN, scope=WRITE, feed=SIDES)
right("milestone.decline", "leader.manager", "challenger.manager", states=OPEN, scope=WRITE, feed=SIDES)
right("milestone.deliver", "leader.contributor", states=OPEN, scope=WRITE, feed=SIDES)
right("milestone.accept", "challenger.manager", states={"delivered"}, scope=WRITE, feed=SIDES)
right("milestone.return", "challenger.manager", states={"delivered"}, scope=WRITE, feed=SIDES)

routes(
    "account",
    names=[
        "innovation:collaborations",
        "innovation:collaboration",
        "innovation:collaboration_result",
        "innovation:collaboration_complete",
        "innovation:collaboration_terminate",
        "innovation:milestone_propose",
        "innovation:milestone_agree",
        "innovation:milestone_decline",
        "innovation:milestone_deliver",
        "innovation:milestone_accept",
        "innovation:milestone_return",
    ],
)
