"""Who may do what about those who take part, and who may ask for which page."""

from rongtong.hub.foundation.models import DeliveryState
from rongtong.hub.foundation.rights import right, routes

from .enums import InvitationState, MemberState, RecoveryState, TokenState, VerificationState, WebhookState

OWN, EDITOR, STAFF, CHIEF = "own.viewer", "own.manager", "operator", "operator.manager"
ALIVE = [state for state in VerificationState if state != VerificationState.SUSPENDED]
UNSUBMITTED = [VerificationState.DRAFT, VerificationState.RETURNED]

right("organisation.register", "account")
right("organisation.edit", EDITOR, STAFF, states=ALIVE)
right("organisation.figures", EDITOR, STAFF, states=ALIVE)
right("organisation.add_certificate", EDITOR, STAFF, states=ALIVE)
right("organisation.remove_certificate", EDITOR, STAFF)
right("organisation.submit", EDITOR, states=UNSUBMITTED)
right("organisation.verify", STAFF, states=[VerificationState.PENDING])
right("organisation.return", STAFF, states=[VerificationState.PENDING])
right("organisation.suspend", CHIEF, states=[VerificationState.VERIFIED])
right("organisation.restore", CHIEF, states=[VerificationState.SUSPENDED])

right("organisation.check_import", STAFF)
right("organisation.rename_import", STAFF, states=["checked"])
right("organisation.decide_import", STAFF, states=["checked"])
right("organisation.apply_import", STAFF, states=["checked"])
right("organisation.discard_import", STAFF, states=["checked"])
right("organisation.undo_import", STAFF, states=["applied"])

right("member.invite", EDITOR, STAFF, states=ALIVE)
right("member.withdraw_invitation", EDITOR, STAFF, states=[InvitationState.OPEN])
right("member.accept", "invitee", states=[InvitationState.OPEN])
right("member.change_role", EDITOR, states=[MemberState.ACTIVE])
right("member.end", EDITOR, "own.person", states=[MemberState.ACTIVE])

right("token.create", OWN, states=[VerificationState.VERIFIED])
right("token.revoke", "own.person", EDITOR, states=[TokenState.ACTIVE])

right("webhook.create", EDITOR, states=[VerificationState.VERIFIED])
right("webhook.edit", EDITOR)
right("webhook.test", EDITOR, states=[WebhookState.ACTIVE])
right("webhook.pause", EDITOR, "system", states=[WebhookState.ACTIVE])
right("webhook.resume", EDITOR, states=[WebhookState.PAUSED])
right("webhook.rotate", EDITOR)
right("webhook.delete", EDITOR)
right("webhook.replay", EDITOR, states=[DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED])

right("account.edit", "own.person")

right("recovery.open", CHIEF)
right("recovery.cancel", "own.person", "chief", STAFF, states=[RecoveryState.WAITING])
right("recovery.complete", "system", states=[RecoveryState.WAITING])

ROOM = "organisations:"
routes("anyone", names=[f"{ROOM}{name}" for name in ("organisations", "organisation", "invitation", "recovery_link")])
routes(
    "account",
    names=[
        f"{ROOM}{name}"
        for name in (
            # one's own account, and the way into an organisation
            *("account", "join", "register", "accept", "switch", "recovery", "recovery_cancel"),
            # one's own organisation: who may change what is decided by its verbs
            *("own", "edit", "figures", "certificates", "remove_certificate", "submit"),
            *("members", "invite", "change_role", "end_membership", "withdraw_invitation"),
            *("tokens", "new_token", "revoke_token"),
            *("webhooks", "new_webhook", "webhook", "webhook_edit", "webhook_test", "webhook_pause", "webhook_resume"),
            *("webhook_rotate", "webhook_delete", "webhook_deliveries", "webhook_replay"),
        )
    ],
)
routes(
    "operator.viewer",
    names=[
        f"{ROOM}{name}" for name in ("queue", "return", "suspend", "verify", "restore", "recoveries", "dead_letters")
    ],
)
routes("operator.manager", names=[f"{ROOM}recovery_new"])
routes(
    "operator",
    names=[
        f"{ROOM}{name}"
        for name in (
            *("import", "import_template", "import_batch", "import_rename", "import_decide", "import_faults"),
            *("import_apply", "import_discard", "import_undo"),
        )
    ],
)
