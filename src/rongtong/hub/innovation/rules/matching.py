"""Who may see the matches of a challenge: its own side and the operator; and one's own fitting challenges."""

from rongtong.hub.foundation.rights import routes

routes(
    "member",
    names=[
        "innovation:matches",
        "innovation:matches_export",
        "innovation:match_open",
        "innovation:for_you",
        "innovation:for_you_open",
    ],
)
