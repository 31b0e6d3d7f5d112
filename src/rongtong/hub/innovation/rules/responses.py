"""Who may answer a challenge, join a consortium, hand in and withdraw."""

from rongtong.hub.foundation.rights import right, routes

WRITE = "response:write"
OWN_SIDE = ("own.viewer", "partner.viewer", "operator.viewer")
PARTNER_FEED = ("own.viewer", "leader.viewer", "operator.viewer")

# whether the challenge takes responses at this moment is told by the verb, which names the reason
right("response.start", "member.contributor", scope=WRITE, feed=OWN_SIDE)
right("response.save", "own.contributor", states={"draft"}, scope=WRITE, feed=())
right("response.add_partner", "own.contributor", states={"draft"}, scope=WRITE, feed=OWN_SIDE)
right("response.submit", "own.manager", states={"draft"}, scope=WRITE, feed=(*OWN_SIDE, "challenger.viewer"))
right("response.withdraw", "own.manager", states={"draft", "submitted"}, scope=WRITE, feed=OWN_SIDE)
right("response.reopen", "own.manager", states={"withdrawn"}, scope=WRITE, feed=OWN_SIDE)
right("partner.change", "leader.contributor", scope=WRITE, feed=PARTNER_FEED)
right("partner.remove", "leader.contributor", scope=WRITE, feed=PARTNER_FEED)
right("partner.remind", "leader.contributor", states={"asked"}, scope=WRITE, feed=PARTNER_FEED)
right("partner.consent", "own.manager", states={"asked"}, scope=WRITE, feed=PARTNER_FEED)
right("partner.refuse", "own.manager", states={"asked", "given"}, scope=WRITE, feed=PARTNER_FEED)

routes(
    "account",
    names=[
        "innovation:responses",
        "innovation:response",
        "innovation:response_pdf",
        "innovation:response_edit",
        "innovation:response_review",
        "innovation:response_partners",
        "innovation:response_start",
        "innovation:response_submit",
        "innovation:response_withdraw",
        "innovation:response_reopen",
        "innovation:partner_change",
        "innovation:partner_remove",
        "innovation:partner_remind",
        "innovation:partner_consent",
        "innovation:partner_refuse",
    ],
)
