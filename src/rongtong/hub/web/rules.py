"""Who may open the pages of the frame, and who may keep searches."""

from rongtong.hub.foundation.rights import right, routes

right("search.save", "account", scope="search:write")
right("search.forget", "own.person", scope="search:write")
right("notice.read", "account", scope="notice:write")

routes(
    "anyone",
    names=[
        "web:home",
        "web:search",
        "web:language",
        "web:data",
        "web:privacy",
        "web:api",
        "web:robots",
    ],
)
routes("anyone", names=["account_*", "mfa_*", "usersessions_*", "api:*"])
routes(
    "account",
    names=[
        "web:desk",
        "web:notices",
        "web:notice",
        "web:searches",
        "web:save_search",
        "web:forget_search",
        "web:job",
        "web:cancel_job",
    ],
)
routes("operator.viewer", names=["web:audit"])
routes("anyone", names=["web:mail"])
