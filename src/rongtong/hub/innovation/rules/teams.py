"""Who may split a challenge, and for whom teams are proposed: those inside it, and who may lead an answer."""

from rongtong.hub.foundation.rights import right, routes

# a splitting may come from closed fields: only those inside read that there is one
right("challenge.split", "own.contributor", "operator", feed=("own.viewer", "operator.viewer"))
right("response.split", "own.contributor", states={"draft"}, scope="response:write", feed=("own.viewer",))

routes(
    "member",
    names=[
        "innovation:teams",
        "innovation:teams_compute",
        "innovation:teams_export",
        "innovation:challenge_split",
        "innovation:response_split",
    ],
)
