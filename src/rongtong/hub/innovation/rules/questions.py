"""Members of other organisations ask, the challenger answers to the asker or to all."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import ChallengeState

right("question.ask", "outsider.contributor", states=(ChallengeState.OPEN,), feed=())
right("question.answer", "challenger.contributor", feed={"own.viewer", "challenger.viewer", "operator.viewer"})

routes("member.contributor", names=["innovation:question_ask", "innovation:question_answer"])
