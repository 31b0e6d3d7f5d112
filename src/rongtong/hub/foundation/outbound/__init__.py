"""Calls to addresses that other people gave: resolved, checked, and made to the checked address and no other.

Any room that calls an address which did not come from the operator's own settings does it through here::

    from rongtong.hub.foundation.outbound import OutboundError, client

    answer = client().post("https://erp.example.cn/hooks", content=b"{}", headers={"content-type": "application/json"})
    answer.status, answer.content

No redirects, no proxy from the environment, five seconds in all, at most a mebibyte read. Why an address is refused
stands in ``addresses``; tests give ``Outbound`` another resolver and another way to connect, never another table.
"""

from .addresses import REFUSED, why_refused
from .client import Answer, Outbound, OutboundError, Refused, Unreachable, client
from .targets import Target, target_of

__all__ = [
    "REFUSED",
    "Answer",
    "Outbound",
    "OutboundError",
    "Refused",
    "Target",
    "Unreachable",
    "client",
    "target_of",
    "why_refused",
]
