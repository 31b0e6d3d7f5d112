"""A tour of the sample cluster: each page archetype, who looks at it and how one gets there."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

WIDE, NARROW, HEIGHT = 1440, 390, 900
ROW = "[data-row] a[href]"
AGENDA, PEOPLE = "main a[href$='/agenda/']", "main a[href$='/participants/']"
OFFERS, STATEMENTS = "main a[href$='tab=offers']", "main a[href$='tab=statements']"
VISITOR, CHALLENGER, OTHER_CHALLENGER, SME, VIEWER = "", "chen-ruolan", "tan-mingxuan", "zhou-qiming", "cao-yinan"
REVIEWER, SCORER, OPERATOR = "lin-zhiyuan", "xu-yanqiu", "pei-wenqing"
PATIENCE = float(os.environ.get("RONGTONG_PATIENCE", "20")) * 1000
COLUMNS = "机构名称,统一社会信用代码,地区,所属行业,员工人数,营业收入（万元）,年度\n"
LINES = (
    "澜川新苗轴承有限公司,,渡北区,345,62,1800,2025\n"
    "澜川恒砺热处理科技有限公司,,,,71,2600,2025\n"
    "缺代码的公司,91,,,六十,,\n"
)


NEEDS = (
    "序号,企业名称,所属行业,需求名称,主要问题,技术指标,预算（万元）,期限,联系人\n"
    "1,,345,盾构主轴承滚道感应淬火变形控制,淬火后椭圆度超差。,椭圆度 ≤ 0.3 mm,300-450,18,陈若岚\n"
    "2,,,,缺名称的一行,,三百万,,\n"
)
UPLOADED = ["新入驻企业.csv", *re.split(r"[,\n（）]", COLUMNS + LINES + NEEDS)]


@dataclass(frozen=True)
class Stop:
    """One page: who looks, where to begin, which links to follow, and what to do at last.

    Parameters
    ----------
    follow
        Links to follow from the path, each the first that the selector finds.
    then
        What to add to the address so reached.
    do
        ``send`` the page's form as it is, ``respond`` to the challenge, or ``upload`` a file with faulty rows.
    status
        What the page answers.
    """

    name: str
    person: str
    path: str
    follow: tuple[str, ...] = ()
    then: str = ""
    do: str = ""
    status: int = 200


STOPS = (
    Stop("a-home", VISITOR, "/"),
    Stop("c-list-public", VISITOR, "/challenges/"),
    Stop("d-challenge-public", VISITOR, "/challenges/?stage=open", (ROW,)),
    Stop("d-about-data", VISITOR, "/about/data/"),
    Stop("d-about-privacy", VISITOR, "/about/privacy/"),
    Stop("d-about-api", VISITOR, "/about/api/"),
    Stop("d-about-evidence", VISITOR, "/about/evidence/"),
    Stop("k1-not-there", VISITOR, "/nowhere/", status=404),
    Stop("k3-sign-in", VISITOR, "/account/login/"),
    Stop("k3-sign-up", VISITOR, "/account/signup/"),
    Stop("l-no-results", VISITOR, "/challenges/?q=zzzzzz"),
    Stop("b-desk-challenger", CHALLENGER, "/desk/"),
    Stop("c-own-challenges", CHALLENGER, "/challenges/own/"),
    Stop("d-challenge", CHALLENGER, "/challenges/own/?state=open", (ROW,)),
    Stop("d-evidence", CHALLENGER, "/collaborations/?state=active", (ROW, ".rt-seal a")),
    Stop("d-challenge-people", CHALLENGER, "/challenges/own/?state=open", (ROW,), "people/"),
    Stop("f-amend", CHALLENGER, "/challenges/own/?state=open", (ROW,), "amend/"),
    Stop("e-for-you-large", CHALLENGER, "/for-you/"),
    Stop("e-matches", CHALLENGER, "/challenges/own/?state=open", (ROW,), "matches/"),
    Stop("g-teams", CHALLENGER, "/challenges/own/?state=open", (ROW,), "teams/"),
    Stop("f-split", CHALLENGER, "/challenges/own/?state=open", (ROW,), "split/"),
    Stop("g-selection", CHALLENGER, "/challenges/own/?state=selecting", (ROW,), "selection/"),
    Stop("g-compare", CHALLENGER, "/challenges/own/?state=selecting", (ROW,), "selection/compare/"),
    Stop("f-challenge", CHALLENGER, "/challenges/own/?state=draft", (ROW,), "edit/"),
    Stop("f-challenge-new", CHALLENGER, "/challenges/new/"),
    Stop("k2-need-refused", CHALLENGER, "/challenges/new/", do="send", status=422),
    Stop("h-import-needs", CHALLENGER, "/challenges/import/"),
    Stop("h-import-needs-dry-run", CHALLENGER, "/challenges/import/", do="upload"),
    Stop("d-collaboration", CHALLENGER, "/collaborations/?state=active", (ROW,)),
    Stop("c-collaborations", CHALLENGER, "/collaborations/"),
    Stop("c-technologies", CHALLENGER, "/technologies/"),
    Stop("d-technology", CHALLENGER, "/technologies/?kind=know_how", (ROW,)),
    Stop("d-technology-users", CHALLENGER, "/technologies/?own=1", (ROW,), "users/"),
    Stop("f-technology", CHALLENGER, "/technologies/?own=1", (ROW,), "edit/"),
    Stop("c-agreements", CHALLENGER, "/agreements/"),
    Stop("d-agreement", CHALLENGER, "/agreements/?state=in_force", (ROW,)),
    Stop("d-agreement-offers", CHALLENGER, "/agreements/?state=in_force", (ROW, OFFERS)),
    Stop("f-agreement", CHALLENGER, "/agreements/?state=draft", (ROW,), "edit/"),
    Stop("d-statement", CHALLENGER, "/agreements/?state=in_force", (ROW, STATEMENTS, "main th a[href]")),
    Stop("f-statement", CHALLENGER, "/agreements/?state=in_force", (ROW,), "statement/"),
    Stop("j-royalties", CHALLENGER, "/agreements/calculator/"),
    Stop("d-standard-suppliers", CHALLENGER, "/standards/?state=published", (ROW,), "?tab=suppliers"),
    Stop("f-conformity-audit", CHALLENGER, "/conformities/?state=submitted", (ROW,), "audit/"),
    Stop("j-conformity-gaps", CHALLENGER, "/conformities/gaps/"),
    Stop("i-chain", CHALLENGER, "/chains/", (ROW,)),
    Stop("i-chain-table", CHALLENGER, "/chains/", (ROW,), "?tab=table"),
    Stop("c-supply-links", CHALLENGER, "/supply-links/?hidden=1"),
    Stop("f-supply-link", CHALLENGER, "/chains/", (ROW,), "link/"),
    Stop("c-members", CHALLENGER, "/members/"),
    Stop("d-account", CHALLENGER, "/me/"),
    Stop("c-tokens", CHALLENGER, "/tokens/"),
    Stop("c-webhooks", CHALLENGER, "/webhooks/"),
    Stop("d-webhook", CHALLENGER, "/webhooks/", (ROW,)),
    Stop("f-webhook", CHALLENGER, "/webhooks/", (ROW,), "edit/"),
    Stop("c-webhook-deliveries", CHALLENGER, "/webhooks/deliveries/"),
    Stop("b-desk", SME, "/desk/"),
    Stop("c-list", SME, "/challenges/?view=cards"),
    Stop("c-list-table", SME, "/challenges/?view=table"),
    Stop("d-challenge-sme", SME, "/challenges/?stage=open", (ROW,)),
    Stop("d-challenge-questions", SME, "/challenges/?stage=open", (ROW,), "questions/"),
    Stop("g-teams-sme", SME, "/challenges/?stage=open", (ROW,), "teams/"),
    Stop("e-for-you", SME, "/for-you/"),
    Stop("c-responses", SME, "/responses/"),
    Stop("f-response", SME, "/responses/?state=draft&leads=1", (ROW,), "edit/"),
    Stop("f-response-review", SME, "/responses/?state=draft&leads=1", (ROW,), "review/"),
    Stop("d-response", SME, "/responses/?state=submitted&leads=1", (ROW,)),
    Stop("l-no-collaborations", SME, "/collaborations/"),
    Stop("c-capabilities", SME, "/capabilities/"),
    Stop("c-own-capabilities", SME, "/capabilities/own/"),
    Stop("d-capability", SME, "/capabilities/own/", (ROW,)),
    Stop("f-capability", SME, "/capabilities/own/", (ROW,), "edit/"),
    Stop("d-organisation-own", SME, "/organisations/own/"),
    Stop("c-search", SME, "/search/?q=热处理"),
    Stop("b-notices", SME, "/notices/"),
    Stop("c-matchmaking", SME, "/matchmaking/"),
    Stop("d-matchmaking-day", SME, "/matchmaking/?state=inviting", (ROW,)),
    Stop("f-matchmaking-answer", SME, "/matchmaking/?state=inviting", (ROW,), "answer/"),
    Stop("c-matchmaking-wishes", SME, "/matchmaking/?state=inviting", (ROW,), "wishes/"),
    Stop("d-agenda", SME, "/matchmaking/?state=published", (ROW,), "agenda/"),
    Stop("f-standard-check", SME, "/standards/?schema=1", (ROW,), "check/"),
    Stop("d-conformity", SME, "/conformities/?own=1", (ROW,)),
    Stop("d-agenda-held", SME, "/matchmaking/?state=held", (ROW,), "agenda/"),
    Stop("f-feedback", SME, "/matchmaking/?state=held", (ROW, AGENDA, "[data-row] a.btn")),
    Stop("b-desk-viewer", VIEWER, "/desk/"),
    Stop("k1-forbidden", VIEWER, "/challenges/?stage=open", (ROW,), do="respond", status=403),
    Stop("k1-refused", OTHER_CHALLENGER, "/challenges/?stage=open", (ROW,), do="respond", status=409),
    Stop("b-desk-reviewer", REVIEWER, "/desk/"),
    Stop("c-reviews", REVIEWER, "/reviews/"),
    Stop("g-review", REVIEWER, "/reviews/?conflict=undeclared", (ROW,)),
    Stop("g-score", SCORER, "/reviews/?conflict=none&state=selecting", (ROW,)),
    Stop("b-desk-operator", OPERATOR, "/desk/"),
    Stop("c-screening", OPERATOR, "/operations/screening/"),
    Stop("c-rounds", OPERATOR, "/rounds/"),
    Stop("d-round", OPERATOR, "/rounds/", (ROW,)),
    Stop("f-round", OPERATOR, "/rounds/new/"),
    Stop("k2-form-refused", OPERATOR, "/rounds/new/", do="send", status=422),
    Stop("j-report", OPERATOR, "/rounds/?stage=conclude", (ROW,), "report/"),
    Stop("j-match-evaluation", OPERATOR, "/operations/matching/"),
    Stop("c-organisations", OPERATOR, "/organisations/?view=cards"),
    Stop("c-organisations-table", OPERATOR, "/organisations/?view=table"),
    Stop("d-organisation", OPERATOR, "/organisations/", (ROW,)),
    Stop("c-verification", OPERATOR, "/operations/verification/"),
    Stop("h-import", OPERATOR, "/operations/import/organisations/"),
    Stop("h-import-dry-run", OPERATOR, "/operations/import/organisations/", do="upload"),
    Stop("d-matchmaking-operator", OPERATOR, "/matchmaking/?state=published", (ROW,)),
    Stop("f-matchmaking", OPERATOR, "/matchmaking/new/"),
    Stop("f-matchmaking-invite", OPERATOR, "/matchmaking/?state=inviting", (ROW,), "invite/"),
    Stop("f-matchmaking-adjust", OPERATOR, "/matchmaking/?state=published", (ROW, PEOPLE, "[data-row] a.btn")),
    Stop("c-matchmaking-people", OPERATOR, "/matchmaking/?state=published", (ROW,), "participants/"),
    Stop("g-matchmaking-plan", OPERATOR, "/matchmaking/?state=published", (ROW, "#plans a")),
    Stop("c-matchmaking-schedule", OPERATOR, "/matchmaking/?state=held", (ROW,), "schedule/"),
    Stop("c-undelivered", OPERATOR, "/operations/undelivered/"),
    Stop("c-audit", OPERATOR, "/operations/audit/"),
    Stop("d-log", OPERATOR, "/operations/log/"),
)


@contextmanager
def looking(
    browser: Browser,
    url: str,
    *,
    language: str = "zh",
    width: int = WIDE,
    storage_state: StorageState | None = None,
    speaks: bool = True,
) -> Iterator[Page]:
    """A page in a window of this width.

    Parameters
    ----------
    storage_state
        The cookies of somebody who is signed in.
    speaks
        Whether the language was chosen before; else the browser only asks for it.
    """
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": HEIGHT},
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        color_scheme="light",
        reduced_motion="reduce",
        storage_state=storage_state,
    )
    context.set_default_timeout(PATIENCE)
    if speaks:
        speak(context, url, language)
    try:
        yield context.new_page()
    finally:
        context.close()


def speak(context: BrowserContext, url: str, language: str) -> None:
    """Choose the language, as the header's switch does."""
    context.add_cookies([{"name": "language", "value": "zh-hans" if language == "zh" else "en", "url": url}])


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the form."""
    page.goto("/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/account/login" not in address)


def signed_in(browser: Browser, url: str, person: str) -> StorageState | None:
    """The cookies of a person of the sample cluster; none for a visitor."""
    if not person:
        return None
    from rongtong.hub.web.sample import read
    from rongtong.hub.web.sample.loading.named import PASSWORD  # needs Django ready

    with looking(browser, url) as page:
        sign_in(page, read().people[person].email, PASSWORD)
        return page.context.storage_state()


def walk(page: Page, stop: Stop) -> int:
    """Go to a stop; gives the status it answered with."""
    answer = page.goto(stop.path)
    for link in stop.follow:
        answer = page.goto(page.locator(link).first.get_attribute("href") or stop.path)
    if stop.then:
        answer = page.goto(f"{page.url.split('?')[0].rstrip('/')}/{stop.then}")
    if stop.do == "upload":
        _upload(page)
    elif stop.do:
        form = {"send": "form[method=post]", "respond": "form[action$='/respond/']"}[stop.do]
        with page.expect_navigation() as going:
            page.locator(f"main {form} button[type=submit]:visible").last.click()
        answer = going.value
    assert answer is not None
    return answer.status


def _upload(page: Page) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / UPLOADED[0]
        path.write_text(NEEDS if "/challenges/" in page.url else COLUMNS + LINES, encoding="utf-8-sig")
        page.set_input_files("main input[type=file]", path)
        page.locator("main form[enctype] button[type=submit]").last.click()
        page.wait_for_url(re.compile(r"/import/.*[0-9a-f-]{36}/"))
