"""How matching does in use is the operator's to see, and how often one may stand in front its managers' to set."""

from rongtong.hub.foundation.rights import right, routes

right("exposure.cap", "operator.manager", scope="challenge:write", feed=())
routes("operator.viewer", names=["innovation:match_evaluation", "innovation:match_evaluation_export"])
