"""A supplier says how far it conforms; the publisher of the standard, or the auditor it names, examines."""

from rongtong.hub.foundation.rights import right, routes

from ..standard_enums import WRITING, ConformityState, StandardState

SUBMITTED, ACCEPTED = ConformityState.SUBMITTED, ConformityState.ACCEPTED
BOTH = {"own.viewer", "auditor.viewer", "operator.viewer"}

right("conformity.ask", "own.contributor", states={StandardState.PUBLISHED}, feed=BOTH)
right("conformity.start", "member.contributor", states={StandardState.PUBLISHED}, feed={"own.viewer"})
right("conformity.answer", "own.contributor", states=WRITING, feed={"own.viewer"})
right("conformity.keep_data", "own.contributor", states=WRITING, feed={"own.viewer"})
right("conformity.submit", "own.manager", states=WRITING, feed=BOTH)
right("conformity.recall", "own.manager", states={SUBMITTED}, feed=BOTH)
right("conformity.drop", "own.manager", states={ConformityState.DRAFT}, feed={"own.viewer"})
right("conformity.judge", "auditor.contributor", states={SUBMITTED}, feed={"auditor.viewer"})
right("conformity.conclude", "auditor.manager", states={SUBMITTED}, feed=BOTH)
right("conformity.revoke", "leader.manager", states={ACCEPTED}, feed=BOTH)
right("conformity.show", "own.manager", states={ACCEPTED}, feed={"own.viewer"})
right("conformity.expire", "system", states={ACCEPTED}, feed=BOTH)

routes("member", "operator.viewer", names=["industry:conformities", "industry:conformity", "industry:conformity_gaps"])
routes(
    "member.contributor",
    names=["industry:conformity_answer", "industry:conformity_audit", "industry:conformity_do"],
)
