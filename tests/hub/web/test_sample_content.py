"""The sample cluster: as large as it should be, whole, invented throughout, and refused when a file is wrong."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from rongtong.hub.innovation.enums import ChallengeState, Comparison, ResponseState
from rongtong.hub.innovation.promises import reaches
from rongtong.hub.organisations import identifiers
from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.organisations.reference import regions
from rongtong.hub.organisations.size_class import SizeClass, size_class
from rongtong.hub.web.sample import Cluster, ContentError, content, read

FILES = sorted(content.HERE.rglob("*.toml"))
HANDED_IN = (ResponseState.SUBMITTED, ResponseState.AWARDED, ResponseState.DECLINED)


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return read()


def smes(cluster: Cluster) -> list[str]:
    return [
        key
        for key, each in cluster.organisations.items()
        if each.kind == OrganisationKind.ENTERPRISE and each.size != SizeClass.LARGE
    ]


def derived(cluster: Cluster, key: str) -> SizeClass:
    each = cluster.organisations[key]
    latest = each.figures[-1]
    return size_class(each.industry, latest.headcount, latest.revenue, latest.assets)


def test_it_has_the_organisations_that_were_asked_for(cluster: Cluster) -> None:
    kinds = Counter(each.kind for each in cluster.organisations.values())
    assert kinds == {
        "enterprise": 63,
        "university": 1,
        "institute": 4,
        "service_agency": 6,
        "financial_institution": 3,
        "operator": 1,
    }
    assert len(smes(cluster)) == 60


def test_the_national_rule_gives_every_enterprise_the_class_it_was_written_for(cluster: Cluster) -> None:
    written = {key: each.size for key, each in cluster.organisations.items() if each.size}
    assert {key: derived(cluster, key) for key in written} == written


def test_the_size_classes_are_mixed_as_in_a_real_cluster(cluster: Cluster) -> None:
    sizes = Counter(derived(cluster, key) for key in smes(cluster))
    assert sizes == {SizeClass.MEDIUM: 12, SizeClass.SMALL: 42, SizeClass.MICRO: 6}


def test_organisations_stand_in_every_district_and_trade(cluster: Cluster) -> None:
    home = Counter(cluster.organisations[key].region for key in smes(cluster))
    assert set(home) == {"990102", "990103", "990104", "990121", "990122"}
    assert len({cluster.organisations[key].industry for key in smes(cluster)}) >= 25
    levels = Counter(cluster.organisations[key].cultivation for key in smes(cluster))
    assert {"", "innovative", "specialised", "little_giant"} == set(levels)


def test_figures_grow_without_jumps(cluster: Cluster) -> None:
    for each in cluster.organisations.values():
        for earlier, later in zip(each.figures, each.figures[1:], strict=False):
            assert later.year == earlier.year + 1
            assert Decimal("0.9") < later.revenue / earlier.revenue < Decimal("1.7"), each.key


def test_credit_codes_are_valid_their_own_and_the_same_at_every_reading(cluster: Cluster) -> None:
    codes = {key: each.credit_code for key, each in cluster.organisations.items()}
    assert len(set(codes.values())) == len(codes)
    for key, code in codes.items():
        assert identifiers.credit_code(code) == code
        assert identifiers.region_of(code) == cluster.organisations[key].region
    assert {key: each.credit_code for key, each in read().organisations.items()} == codes


def test_there_is_an_account_for_each_role_to_sign_in_as(cluster: Cluster) -> None:
    people = [cluster.people[each.person] for each in cluster.sign_ins]
    for organisation in ("lanchuan-heavy", "hengli"):
        assert {each.role for each in people if each.organisation == organisation} == set(Role.values)
    assert {"centre", "jintang", "jdmri"} <= {each.organisation for each in people}
    assert {each.person for each in cluster.reviewers} & {each.key for each in people} == {"lin-zhiyuan", "lu-mingyuan"}


def test_capabilities_are_spread_over_those_who_answer(cluster: Cluster) -> None:
    count = Counter(each.organisation for each in cluster.capabilities)
    able = smes(cluster) + [
        key for key, each in cluster.organisations.items() if each.kind in ("university", "institute")
    ]
    assert {key for key in able if not 2 <= count[key] <= 4} == set()
    assert 150 <= len(cluster.capabilities) <= 170
    assert {each.level for each in cluster.capabilities} == {0, 1}
    english = [each for each in cluster.capabilities if each.language == "en"]
    assert len(english) == 4
    assert all(not re.search(r"[\u3400-\u9fff]", each.title + each.text) for each in english)


def test_challenges_stand_in_every_state(cluster: Cluster) -> None:
    states = Counter(each.state for each in cluster.challenges.values())
    assert states == {
        "draft": 1,
        "submitted": 1,
        "returned": 1,
        "open": 10,
        "selecting": 4,
        "awarded": 4,
        "concluded": 2,
        "withdrawn": 1,
    }
    assert sum(each.anonymous for each in cluster.challenges.values()) == 3
    assert Counter(each.round for each in cluster.challenges.values()) == {"r1": 6, "r2": 18}
    closing = [each.deadline for each in cluster.challenges.values() if each.state == ChallengeState.OPEN]
    assert min(closing) == 7
    assert max(closing) == 27


def test_targets_can_be_checked(cluster: Cluster) -> None:
    targets = [target for each in cluster.challenges.values() for target in each.targets]
    assert {each.comparison for each in targets} == set(Comparison.values)
    for challenge in cluster.challenges.values():
        assert any(each.must_meet for each in challenge.targets), challenge.key
        if challenge.state not in (ChallengeState.DRAFT, ChallengeState.RETURNED):
            assert 3 <= len(challenge.targets) <= 8, challenge.key


def test_every_level_of_disclosure_is_used(cluster: Cluster) -> None:
    used = {level for each in cluster.challenges.values() for level in (each.levels.budget, each.levels.tried)}
    assert used == {0, 1, 2}
    assert all(each.levels.details == 2 for each in cluster.challenges.values())


def test_a_promise_that_falls_short_of_a_must_says_why(cluster: Cluster) -> None:
    for response in cluster.responses.values():
        if response.state not in HANDED_IN:
            continue
        for promise, target in zip(response.promises, cluster.challenges[response.challenge].targets, strict=True):
            met = reaches(target.comparison, target.value, target.value_high, promise.value, promise.value_high)
            assert met or not target.must_meet or promise.note, (response.key, target.indicator)
            assert met or not target.must_meet or response.state != ResponseState.AWARDED, response.key


def test_what_was_concluded_reached_its_targets(cluster: Cluster) -> None:
    done = [each for each in cluster.collaborations if each.concluded is not None]
    assert len(done) == 2
    for each in done:
        targets = cluster.challenges[cluster.responses[each.response].challenge].targets
        for value, target in zip(each.achieved, targets, strict=True):
            assert reaches(target.comparison, target.value, target.value_high, value.value, value.value_high)


def test_the_money_stays_within_the_budget(cluster: Cluster) -> None:
    for response in cluster.responses.values():
        budget = cluster.challenges[response.challenge].budget
        assert budget is None or response.cost <= budget[1], response.key
    for award in cluster.awards:
        low, high = cluster.challenges[cluster.responses[award.response].challenge].budget or (0, 0)
        assert low <= award.amount <= high, award.response


def test_the_life_of_a_round_is_there(cluster: Cluster) -> None:
    assert 30 <= len(cluster.responses) <= 36
    assert {each.state for each in cluster.responses.values()} == set(ResponseState.values)
    assert len(cluster.questions) == 20
    assert 0 < sum(each.answered is None for each in cluster.questions) < 6
    assert {each.conflict for each in cluster.reviewers} == {"none", "conflict", "undeclared"}
    states = {milestone.state for each in cluster.collaborations for milestone in each.milestones}
    assert states == {"planned", "delivered", "accepted", "returned"}


def test_nothing_is_said_twice(cluster: Cluster) -> None:
    texts = [each.text for each in cluster.capabilities] + [each.about for each in cluster.organisations.values()]
    texts += [part for each in cluster.challenges.values() for part in (each.problem, each.tried, each.details)]
    texts += [
        part
        for each in cluster.responses.values()
        for part in (each.summary, each.team, each.record, each.plan, each.feedback)
        if part
    ]
    texts += [each.text for each in cluster.questions] + [each.answer for each in cluster.questions if each.answer]
    texts += [reason for each in cluster.sheets for reason in each.reasons]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_names_are_nobody_elses(cluster: Cluster) -> None:
    for names in (
        [each.name for each in cluster.organisations.values()],
        [each.short for each in cluster.organisations.values()],
        [each.name_en for each in cluster.organisations.values()],
        [each.name for each in cluster.people.values()],
        [each.email for each in cluster.people.values()],
        [each.phone for each in cluster.people.values()],
        [patent for each in cluster.capabilities for patent in each.patents],
    ):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_numbers_of_people_and_patents_cannot_be_real(cluster: Cluster) -> None:
    for person in cluster.people.values():
        assert re.fullmatch(r"0000-88\d{2} \d{4}", person.phone)
        assert re.fullmatch(r"[a-z.]+@[a-z-]+\.example", person.email)
    # the digit after the year tells the kind of a patent: there is no kind 0
    for capability in cluster.capabilities:
        for patent in capability.patents:
            assert re.match(r"ZL 20\d\d 0 0\d{6}\.[\dX] \S", patent), patent


#: The name that a data schema gives its own language.
SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(content.HERE)))
def test_a_file_is_short_invented_and_well_set(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    text = text.replace(SCHEMA, "")
    assert re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<![\d-])0[1-9]\d{1,2}-?\d{7,8}(?!\d)|https?:|www\.", text) == []
    real = {entry.name[:2] for entry in regions.children("") if not entry.sample}
    assert len(real) > 30
    assert sorted(name for name in real if name in text) == []
    # Chinese sentences take full-width punctuation
    assert re.findall(r"[\u4e00-\u9fff][,;:!?()][\u4e00-\u9fff]", text) == []


BROKEN = [
    ("rounds.toml", "team = 20", "team = 25", "weights do not add up"),
    ("people.toml", '"hengli", "owner"', '"henglii", "owner"', "no 'henglii'"),
    ("organisations/large.toml", 'region = "990102"', 'region = "998877"', "lanchuan-heavy: region"),
    ("organisations/large.toml", "founded = 1996", "founded = 1996\nhobby = 1", "unknown field hobby"),
    ("challenges/open_tunnelling.toml", 'value = "6.0"', 'value = "six"', "case-depth: targets 1: value: 'six'"),
    ("challenges/open_tunnelling.toml", 'high = "62"', 'high = "52"', "targets 4: high"),
    ("challenges/open_tunnelling.toml", "deadline = 27", "deadline = 60", "closes after its round"),
    ("challenges/open_tunnelling.toml", "budget = [3000000,", "budget = [9000000,", "budget"),
    ("challenges/selecting.toml", 'author = "du-shaoyun"', 'author = "ye-kaifeng"', "ye-kaifeng may only read"),
    ("responses/case_depth.toml", 'by = "jintang"', 'by = "dongyao"', "its leader is no SME"),
    ("responses/case_depth.toml", '["gaoyuan", "软带', '["jdmri", "软带', "in two responses"),
    ("responses/case_depth.toml", '["13", "含装夹 2 h"]', '["13"]', "promises 6: has 1 entries"),
    ("responses/case_depth.toml", "submitted = -3", "submitted = -99", "submitted out of time"),
    ("selection/reviewers.toml", 'person = "fang-shuyan"', 'person = "xie-tingyu"', "nobody's to write"),
    ("selection/awards.toml", 'response = "seal-youhe"', 'response = "ring-fengyan"', "award does not fit"),
    ("exchange/amendments.toml", "made = -9", "made = -900", "made out of time"),
    ("exchange/amendments.toml", "before = 12", "before = 14", "changes nothing"),
    ("exchange/questions.toml", "answered = -22", "answered = -30", "answered too early"),
    ("organisations/sme_materials.toml", '"CQI-9 热处理自评", "LC', '"ISO 9001", "LC', "two certificates"),
    ("capabilities/sensing.toml", "trl = 8", 'trl = "8"', "trl: is a str"),
    ("capabilities/sensing.toml", 'of = "kaice"', 'of = "kaice', "Illegal character"),
]


@pytest.mark.parametrize(("name", "before", "after", "message"), BROKEN, ids=[each[3] for each in BROKEN])
def test_a_fault_is_named_with_its_place(tmp_path: Path, name: str, before: str, after: str, message: str) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(content.HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(message)):
        read(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="organisations"):
        read(tmp_path)
