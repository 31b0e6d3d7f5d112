"""Who may do what about those who take part, and who may ask for which page."""

from rongtong.hub.foundation.rights import right

from .enums import InvitationState, MemberState, TokenState, VerificationState

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

right("member.invite", EDITOR, STAFF, states=ALIVE)
right("member.withdraw_invitation", EDITOR, STAFF, states=[InvitationState.OPEN])
right("member.accept", "invitee", states=[InvitationState.OPEN])
right("member.change_role", EDITOR, states=[MemberState.ACTIVE])
right("member.end", EDITOR, "own.person", states=[MemberState.ACTIVE])

right("token.create", OWN, states=[VerificationState.VERIFIED])
right("token.revoke", "own.person", EDITOR, states=[TokenState.ACTIVE])

right("account.edit", "own.person")
