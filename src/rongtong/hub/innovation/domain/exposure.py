"""How often one organisation may stand at the head of lists: the operator's to set."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.matching.domain.pair_scores import set_exposure_cap

MOST = 10_000


@verb("exposure.cap")
def cap_exposure(*, most: int | None, by: Actor) -> int | None:
    """Let an organisation stand in the first ten of at most so many needs; None for no limit.

    Lists follow within a minute, when both sides are compared anew.

    Raises
    ------
    Invalid
        Less than one.
    """
    if most is not None and not 1 <= most <= MOST:
        raise Invalid([Fault("most", _("请填 1 到 10000 之间的整数，或留空表示不限。"), "out_of_range")])
    set_exposure_cap(most)
    audit.note(most=most)
    return most
