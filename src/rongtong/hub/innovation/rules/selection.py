"""Who fixes criteria, names reviewers, scores and awards."""

from rongtong.hub.foundation.rights import right, routes

WRITE = "selection:write"
JURY = ("own.viewer", "operator.viewer", "reviewer")
BEFORE = {"draft", "submitted", "returned", "screened", "open"}

right("selection.set_criteria", "own.manager", states=BEFORE, scope=WRITE, feed=JURY)
right(
    "selection.assign_reviewer",
    "own.manager",
    "operator.manager",
    states={"screened", "open", "selecting"},
    scope=WRITE,
)
right("selection.award", "own.manager", states={"selecting"}, scope=WRITE, feed=("anyone",))
right("selection.close_without_award", "own.manager", states={"selecting"}, scope=WRITE, feed=("anyone",))
right("reviewer.remove", "challenger.manager", "operator.manager", scope=WRITE)
right("reviewer.declare", "own.person", states={"undeclared", "none"}, scope=WRITE)
right("reviewer.hand_in", "own.person", states={"none"}, scope=WRITE)
right("reviewer.save_sheet", "own.person", states={"none"}, scope=WRITE, feed=())

routes(
    "account",
    names=[
        "innovation:reviews",
        "innovation:review",
        "innovation:review_declare",
        "innovation:review_sheet",
        "innovation:review_hand_in",
        "innovation:selection",
        "innovation:selection_compare",
        "innovation:selection_criteria",
        "innovation:selection_award",
        "innovation:selection_close",
        "innovation:reviewer_assign",
        "innovation:reviewer_remove",
    ],
)
