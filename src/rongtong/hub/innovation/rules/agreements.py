"""Two sides negotiate, sign and end; what they write is theirs. The operator knows what was signed, not the terms."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import AgreementState as S
from ..enums import StatementState as T

SIDES = ("party.viewer",)
TABLE = (S.DRAFT, S.OFFERED)

right("agreement.open", "member.contributor", feed=SIDES)
right("agreement.draft", "party.contributor", states=TABLE, feed=())
right("agreement.offer", "party.manager", states=TABLE, feed=SIDES)
right("agreement.accept", "party.manager", states=(S.OFFERED,), feed=SIDES)
right("agreement.decline", "party.manager", states=(S.OFFERED,), feed=SIDES)
right("agreement.withdraw", "party.manager", states=(S.DRAFT, S.OFFERED, S.ACCEPTED), feed=SIDES)
right("agreement.sign", "party.manager", states=(S.ACCEPTED,), feed=SIDES)
right("agreement.end", "party.manager", states=(S.IN_FORCE,), feed=SIDES)
right("agreement.expire", "system", states=(S.OFFERED, S.ACCEPTED, S.IN_FORCE), feed=SIDES)

right("statement.enter", "receiver.contributor", states=(S.IN_FORCE, S.ENDED), feed=SIDES)
right("statement.revise", "receiver.contributor", states=(T.ENTERED, T.RETURNED), feed=SIDES)
right("statement.return", "provider.manager", states=(T.ENTERED,), feed=SIDES)
right("statement.confirm", "party.manager", states=(T.ENTERED,), feed=SIDES)
right("statement.audit", "provider.manager", states=(T.ENTERED, T.CONFIRMED), feed=SIDES)

routes(
    "account",
    names=[
        "innovation:agreements",
        "innovation:agreement",
        "innovation:agreement_new",
        "innovation:agreement_edit",
        "innovation:agreement_autosave",
        "innovation:agreement_accept",
        "innovation:agreement_decline",
        "innovation:agreement_withdraw",
        "innovation:agreement_sign",
        "innovation:agreement_end",
        "innovation:agreement_pdf",
        "innovation:statement_enter",
        "innovation:statement",
        "innovation:statement_confirm",
        "innovation:statement_return",
        "innovation:statement_audit",
        "innovation:royalty_calculator",
    ],
)
