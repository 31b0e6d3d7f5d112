"""Who may sign, attach, read and remove."""

from rongtong.hub.foundation.rights import right, routes

from .enums import DocumentState

right("nda.sign", "member.manager", scope="nda:write")
#: Whose object it is decides: the room that registers the subject names the roles, and the verb asks them.
right("document.attach", "account", feed={"own.viewer", "operator.viewer"})
right("document.read", "reader", states={DocumentState.READY}, scope="document:read", feed={"own.viewer"})
right("document.remove", "reader", feed={"own.viewer", "operator.viewer"})
right("document.check", "system", states={DocumentState.CHECKING}, scope="document:write")
#: Made from the command line, by whoever runs the hub.
right("backup.make", "system", scope="backup:write")

#: The evidence log: stopped by itself, everything else by who runs the hub.
right("log.halt", "system", scope="log:write")
right("log.checkpoint", "operator", scope="log:write")
right("log.resume", "operator.manager", scope="log:write")
right("log.rotate", "operator.manager", scope="log:write")

routes("member", names=["trust:sign_nda"])
routes("account", names=["trust:attach", "trust:remove"])
routes(
    "anyone", names=["trust:document", "trust:file", "trust:evidence", "trust:evidence_file", "trust:about_evidence"]
)
routes("anyone", names=["trust:log_checkpoint", "trust:log_tile", "trust:log_policy", "trust:log_successions"])
routes("operator.viewer", names=["trust:log"])
routes("operator", names=["trust:log_verb"])
