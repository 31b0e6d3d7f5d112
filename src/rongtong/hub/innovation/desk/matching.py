"""What fits: the challenges that an organisation's capabilities answer."""

from django.urls import reverse
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import Fit, Shelf, shelf
from rongtong.hub.foundation.formatting import joined

from ..queries.challenges import may_lead_by_size
from ..queries.disclosure import DisclosedChallenge, Publisher
from ..queries.matching import challenges_for

FITS = 4


@shelf
def fitting_challenges(actor: Actor) -> Shelf | None:
    """Challenges for you: for members of organisations that may answer."""
    if not actor.is_member or actor.operator or not may_lead_by_size(actor):
        return None
    hits = challenges_for(actor, limit=FITS)
    title, sentence = _("适合您的榜单"), _("按贵单位的能力、设备和证书匹配，写明为什么合适。")
    more = reverse("innovation:for_you")
    if hits is None:
        return Shelf(
            title,
            sentence,
            [],
            more,
            empty=_("发布至少一项能力后，这里会列出适合的榜单。"),
            cure=reverse("innovation:capability_new"),
            cure_label=_("写一项能力"),
        )
    fits = [
        Fit(
            title=hit.challenge.title,
            link=reverse("innovation:challenge", args=[hit.challenge.id]),
            meta=(publisher_of(hit.challenge),),
            why=_("贵单位写过：%(words)s") % {"words": joined(word for word, _points in hit.top_words[:4])}
            if hit.top_words
            else "",
            score=hit.score,
            words=hit.words,
            meaning=hit.meaning,
            conditions=hit.conditions,
            other=hit.other if hits.two_sided else None,
        )
        for hit in hits.items
        if hit.challenge is not None
    ]
    return Shelf(title, sentence, fits, more, empty=_("现在没有相合的榜单。"))


def publisher_of(challenge: DisclosedChallenge) -> str:
    """The publisher's short name, as far as this reader knows it."""
    return challenge.publisher.short if isinstance(challenge.publisher, Publisher) else _("匿名发榜")
