"""The report of a round is the operator's."""

from rongtong.hub.foundation.rights import routes

routes("operator.viewer", names=["innovation:round_report", "innovation:round_report_export"])
