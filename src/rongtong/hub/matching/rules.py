"""Who prepares, plans and publishes a matchmaking day; who answers, asks and looks back."""

from rongtong.hub.foundation.rights import right, routes

from .enums import DayState, MeetingState, ParticipationState, PlanState

WRITE = "matchmaking:write"
GOING_ON = (DayState.DRAFT, DayState.INVITING, DayState.PUBLISHED)
PLANNABLE = (DayState.INVITING, DayState.PUBLISHED)
NOT_GONE = (ParticipationState.INVITED, ParticipationState.ACCEPTED, ParticipationState.DECLINED)
OPERATOR = {"operator.viewer"}

right("matchmaking.create", "operator", feed=OPERATOR)
right("matchmaking.edit", "operator", states=GOING_ON, feed=OPERATOR)
right("matchmaking.invite", "operator", states=GOING_ON, feed=OPERATOR)
right("matchmaking.open", "operator", states={DayState.DRAFT}, feed=OPERATOR)
right("matchmaking.set_table", "operator", states=GOING_ON, feed=OPERATOR)
right("matchmaking.plan", "operator", states=PLANNABLE, feed=OPERATOR)
right("matchmaking.publish", "operator", states={DayState.INVITING}, feed=OPERATOR)
right("matchmaking.cancel", "operator", states=GOING_ON, feed=OPERATOR)
right("matchmaking.finish", "operator", "system", states={DayState.PUBLISHED}, feed=OPERATOR)
right("day_plan.adopt", "operator", states={PlanState.PROPOSED}, scope=WRITE, feed=OPERATOR)
right("day_plan.discard", "operator", states={PlanState.PROPOSED}, scope=WRITE, feed=OPERATOR)
right("participation.answer", "own.contributor", states=NOT_GONE, scope=WRITE)
right("participation.adjust", "operator", states={ParticipationState.ACCEPTED}, scope=WRITE)
right("participation.withdraw", "own.contributor", "operator", states={ParticipationState.ACCEPTED}, scope=WRITE)
right("participation.ask", "own.contributor", states={ParticipationState.ACCEPTED}, scope=WRITE, feed={"own.viewer"})
right("meeting.feedback", "own.contributor", states={MeetingState.PLANNED}, scope=WRITE, feed={"own.viewer"})

routes(
    "member",
    names=[
        "matching:days",
        "matching:day",
        "matching:answer",
        "matching:withdraw",
        "matching:wishes",
        "matching:ask",
        "matching:agenda",
        "matching:agenda_pdf",
        "matching:agenda_ics",
        "matching:feedback",
    ],
)
routes("operator.viewer", names=["matching:participants", "matching:plan", "matching:schedule"])
routes(
    "operator",
    names=[
        "matching:day_new",
        "matching:day_edit",
        "matching:invite",
        "matching:day_open",
        "matching:day_publish",
        "matching:day_cancel",
        "matching:day_finish",
        "matching:table",
        "matching:plan_start",
        "matching:plan_adopt",
        "matching:plan_discard",
        "matching:adjust",
    ],
)
