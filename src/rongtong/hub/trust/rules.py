"""Who may sign, attach, read and remove."""

from rongtong.hub.foundation.rights import right, routes

right("nda.sign", "member.manager", scope="nda:write")

routes("member", names=["trust:sign_nda"])
