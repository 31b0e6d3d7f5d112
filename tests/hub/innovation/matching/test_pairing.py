"""Both sides of challenges and organisations, computed in the background from what members may read."""

from decimal import Decimal

import numpy as np
import pytest

from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.listings import list_capabilities
from rongtong.hub.innovation.signals import challenge_listing_changed
from rongtong.hub.innovation.tasks import match_both_sides
from rongtong.hub.matching import live
from rongtong.hub.matching.domain.pair_scores import all_pairs, exposure_cap, pairs_of_need, set_exposure_cap
from rongtong.hub.matching.live import live_index
from rongtong.hub.matching.models import PairScore
from tests.factories import an_organisation
from tests.hub.innovation.factories_challenges import marked
from tests.hub.innovation.matching.factories_matching import HARDENING, a_capability, a_listed_challenge, matched

pytestmark = pytest.mark.django_db


def test_both_sides_are_known_after_the_work():
    challenge, capability = a_listed_challenge(), a_capability()
    assert matched() == 1
    pair = pairs_of_need(challenge.pk)[capability.organisation_id]
    assert pair.forward is not None and pair.backward is not None and pair.score is not None
    assert 20 < pair.forward < 100
    assert 20 < pair.backward <= 100
    assert abs(pair.score - (pair.forward * 3 + pair.backward) / 4) <= Decimal("0.05")
    assert (pair.fronts, pair.gives_way) == (1, False)


def test_doing_it_again_changes_nothing():
    a_listed_challenge()
    a_capability()
    assert matched() == 1
    before = list(PairScore._base_manager.values())
    assert (matched(), match_both_sides(0)) == (0, 0)
    assert list(PairScore._base_manager.values()) == before


def test_the_other_side_is_measured_against_the_organisations_best_challenge():
    near, far = a_listed_challenge(), a_listed_challenge("轴承滚道检测", problem="滚道淬火之后的椭圆度在线检测与判定")
    one = a_capability()
    matched()
    pairs = all_pairs([near.pk, far.pk])
    best, less = (pairs[pk, one.organisation_id].backward for pk in (near.pk, far.pk))
    assert best is not None and less is not None
    assert 0 < less < best <= 100


def test_a_changed_capability_is_followed():
    challenge, capability = a_listed_challenge(), a_capability()
    matched()
    capability.title, capability.text = "大型铸件", "铸钢件浇注与探伤"
    capability.save()
    list_capabilities([capability])
    matched()
    assert pairs_of_need(challenge.pk) == {}


def test_a_new_organisation_joins_and_the_others_keep_their_sides():
    challenge, first = a_listed_challenge(), a_capability()
    matched()
    before = pairs_of_need(challenge.pk)[first.organisation_id].backward
    second = a_capability(text="滚道感应淬火，椭圆度控制", title="淬火")
    assert matched() >= 1
    pairs = pairs_of_need(challenge.pk)
    assert set(pairs) == {first.organisation_id, second.organisation_id}
    assert pairs[first.organisation_id].backward == before
    assert pairs[second.organisation_id].backward is not None


def test_a_closed_challenge_is_forgotten():
    challenge = a_listed_challenge()
    a_capability()
    matched()
    challenge.state = ChallengeState.SELECTING
    challenge.save()
    challenge_listing_changed.send(type(challenge), challenge=challenge)
    matched()
    assert not PairScore._base_manager.exists()


def test_exposure_is_capped_over_all_open_challenges():
    famous = a_capability(text=HARDENING * 3)
    for number in range(11):
        a_capability(text=f"滚道淬火工艺{number}")
    needs = [a_listed_challenge(f"主轴承滚道感应淬火变形控制{number}") for number in range(3)]
    set_exposure_cap(2)
    matched()
    pairs = [pairs_of_need(one.pk) for one in needs]
    assert sum(of[famous.organisation_id].gives_way for of in pairs) == 1
    assert {of[famous.organisation_id].fronts for of in pairs} == {2}
    assert all(pair.fronts <= 2 for of in pairs for pair in of.values())


def test_another_cap_is_followed_without_any_change_of_listings():
    famous = a_capability(text=HARDENING * 3)
    for number in range(12):
        a_capability(text=f"滚道淬火工艺{number}")
    needs = [a_listed_challenge(f"主轴承滚道感应淬火变形控制{number}") for number in range(3)]
    assert exposure_cap() == 10
    matched()
    assert not PairScore._base_manager.filter(gives_way=True).exists()
    set_exposure_cap(1)
    matched()
    rows = PairScore._base_manager.filter(organisation_id=famous.organisation_id)
    assert sum(row.gives_way for row in rows) == len(needs) - 1
    set_exposure_cap(None)
    matched()
    assert not PairScore._base_manager.filter(gives_way=True).exists()


@pytest.mark.parametrize(("level", "same"), [(1, False), (2, True)])
def test_words_above_the_members_level_change_no_pair(level, same):
    """Two worlds: with and without words that fit somebody very well; at the members' level they do count."""
    a_capability()
    a_capability(text="标记细节庚，标记尝试丙，标记指标乙，工艺", title="标记")
    challenge = a_listed_challenge()
    matched()
    plain = all_pairs([challenge.pk])
    PairScore._base_manager.all().delete()

    marked(challenge, level)
    challenge.problem, challenge.problem_level = HARDENING, 0
    challenge.save()
    challenge_listing_changed.send(type(challenge), challenge=challenge)
    matched()

    assert (all_pairs([challenge.pk]) == plain) is same


@pytest.mark.parametrize(("state", "same"), [("published", False), ("draft", True), ("withdrawn", True)])
def test_an_unpublished_capability_changes_no_pair(state, same):
    """Two worlds: with and without a capability that only its owner knows of."""
    owner = an_organisation()
    a_capability(owner)
    challenge = a_listed_challenge()
    a_listed_challenge("铸件探伤", problem="大型铸件超声探伤")
    matched()
    plain = all_pairs([challenge.pk])
    PairScore._base_manager.all().delete()
    a_capability(owner, text="大型铸件超声探伤，可做相控阵检测", state=state)
    set_exposure_cap(9)  # another cap, so that the work is done in either world
    matched()
    assert (all_pairs([challenge.pk]) == plain) is same


class Lettered:
    """An encoder whose vector of a text counts its characters in a few buckets."""

    name, dimensions, typical = "lettered", 16, (0.3, 0.2)

    def encode(self, texts, kind):
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % self.dimensions] += 1
            row /= np.linalg.norm(row) or 1
        return rows


def test_what_was_compared_by_words_alone_is_compared_again_once_meanings_are_encoded(monkeypatch):
    monkeypatch.setattr(live, "encoder", Lettered)
    challenge, capability = a_listed_challenge(), a_capability()
    matched()
    before = pairs_of_need(challenge.pk)[capability.organisation_id]
    assert matched() == 0
    while live_index().encode_pending():
        pass
    assert matched() == 1
    after = pairs_of_need(challenge.pk)[capability.organisation_id]
    assert after.forward != before.forward
    assert matched() == 0
