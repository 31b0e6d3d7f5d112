"""What scripts add: focus on faults, rows by keyboard and paste, drafts that save themselves, live filters."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings

from rongtong.hub.foundation.models import Job
from tests.hub.web import gallery
from tests.hub.web.browser import CHROMIUM, chromium, open_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)

PASTE = """(el, text) => {
  const data = new DataTransfer(); data.setData("text/plain", text);
  el.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def _gallery():
    with override_settings(ROOT_URLCONF="tests.hub.web.gallery", TEMPLATES=gallery.TEMPLATES):
        yield


@pytest.fixture
def form(browser, live_server):
    page = open_page(browser, f"{live_server.url}/gallery/form/")
    yield page
    assert [text for text in page.complaints if "status of 4" not in text] == []
    page.close()


def focused(page):
    return page.evaluate(
        "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
    )


def saved(page):
    from playwright.sync_api import expect

    return expect(page.locator("[data-saved]"))


def rows(page):
    return page.locator("[data-rows] tbody tr:visible")


# ---- faults ------------------------------------------------------------------------------------------------------


def test_the_summary_of_faults_takes_the_focus_and_jumps(form):
    form.get_by_role("button", name="保存").click()
    form.wait_for_selector("[data-errors]")
    assert focused(form) == "rt-errors"
    form.get_by_role("link", name=re.compile("^预算上限")).click()
    assert focused(form) == "id_fee"


# ---- rows --------------------------------------------------------------------------------------------------------


def test_rows_are_added_and_taken_out_by_keyboard(form):
    assert rows(form).count() == 2
    form.locator("#id_steps-1-name").focus()
    form.keyboard.press("Enter")
    assert rows(form).count() == 3
    assert focused(form) == "id_steps-2-name"
    assert form.input_value("[name=steps-TOTAL_FORMS]") == "3"
    form.get_by_role("button", name="加一行").click()
    assert focused(form) == "id_steps-3-name"
    form.get_by_role("button", name="加一行").click()
    assert rows(form).count() == 4
    assert "最多4行" in form.locator("[data-rows-said]").inner_text()
    form.locator("#id_steps-2-name").focus()
    form.keyboard.press("Control+Shift+Backspace")
    assert rows(form).count() == 3
    assert form.is_checked("[name=steps-2-DELETE]")
    assert focused(form) == "id_steps-3-name"


def test_rows_pasted_from_a_spreadsheet_fill_the_table(form):
    text = '4.2 m 试件\t5\t"1,180"\r\n"两行\n名称"\t9\t９６\r\n验证\t16\t178\r\n'
    form.locator("#id_steps-0-name").evaluate(PASTE, text)
    assert rows(form).count() == 3
    values = [[cell.input_value() for cell in row.locator("input:visible").all()] for row in rows(form).all()]
    assert values == [["4.2 m 试件", "5", "1180"], ["两行名称", "9", "96"], ["验证", "16", "178"]]
    assert "3" in form.locator("[data-rows-said]").inner_text()


def test_what_does_not_fit_is_said(form):
    form.locator("#id_steps-0-name").evaluate(PASTE, "\n".join(f"第{n}步\t{n}" for n in range(1, 7)))
    assert rows(form).count() == 4
    assert form.locator("[data-rows-said]").inner_text() == "已粘贴的行数 4, 放不下而略去的行数 2"


def test_one_pasted_word_stays_the_browsers_business(form):
    prevented = form.locator("#id_steps-0-name").evaluate(
        """el => { const data = new DataTransfer(); data.setData("text/plain", "一个词");
        const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
        return !el.dispatchEvent(paste); }"""
    )
    assert prevented is False


# ---- drafts ------------------------------------------------------------------------------------------------------


def test_a_draft_saves_itself_and_says_when(form):
    gallery.SAVED.update(version=1, title="")
    form.fill("#id_title", "新名称")
    saved(form).to_have_text(re.compile(r"^已保存 \d\d:\d\d$"))
    assert gallery.SAVED == {"version": 2, "title": "新名称"}
    assert form.input_value("#id_version") == "2"


def test_a_conflict_shows_both_and_loses_nothing(form):
    form.fill("#id_title", "冲突")
    form.wait_for_selector("[data-conflict-box]")
    assert "没有保存：内容已被他人修改。" in form.locator("[data-conflict-box]").inner_text()
    assert form.locator("[data-conflict-box] td").all_inner_texts() == ["名称", "冲突", "对方写的"]
    assert form.input_value("#id_title") == "冲突"
    form.get_by_role("button", name="对方写的").click()
    assert form.input_value("#id_title") == "对方写的"
    saved(form).to_have_text(re.compile("^已保存"))
    assert gallery.SAVED == {"version": 10, "title": "对方写的"}


def test_a_draft_that_is_refused_says_why(form):
    form.fill("#id_title", "不行")
    saved(form).to_have_text("名称不能这样写。")
    assert form.input_value("#id_title") == "不行"


def test_without_a_network_the_text_stays_and_is_saved_later(form):
    form.context.set_offline(True)
    form.fill("#id_title", "离线写的")
    saved(form).to_have_text(re.compile("网络断开"))
    form.context.set_offline(False)
    saved(form).to_have_text(re.compile("^已保存"))
    assert gallery.SAVED["title"] == "离线写的"
    form.complaints.clear()


# ---- lists -------------------------------------------------------------------------------------------------------


@pytest.fixture
def listing(browser, live_server):
    made = [Job(kind="export" if n % 2 else "import", total=n, account_id=None) for n in range(30)]
    Job._base_manager.bulk_create(made)
    page = open_page(browser, f"{live_server.url}/gallery/jobs/")
    page.evaluate("window.stayed = true")
    yield page
    assert [text for text in page.complaints if "status of 4" not in text] == []
    page.close()


def test_a_filter_acts_at_once_and_the_address_follows(listing):
    listing.check("#f-kind-export")
    listing.wait_for_selector("#results[data-total='15']")
    assert listing.url.endswith("/gallery/jobs/?kind=export")
    assert listing.evaluate("window.stayed") is True
    assert listing.is_checked("#f-kind-export")
    listing.select_option("#sort", "total")
    listing.wait_for_url("**/gallery/jobs/?kind=export&sort=total")
    listing.get_by_role("link", name=re.compile("^去掉条件")).click()
    listing.wait_for_url("**/gallery/jobs/?sort=total")


def test_a_slash_goes_to_the_search_and_its_address_is_short(listing):
    listing.keyboard.press("/")
    assert focused(listing) == "q"
    listing.keyboard.type("a/b")
    assert listing.input_value("#q") == "a/b"
    listing.fill("#q", "exp")
    listing.keyboard.press("Enter")
    listing.wait_for_url("**/gallery/jobs/?q=exp")


def test_selected_rows_are_counted_and_asked_about_before_they_are_sent(listing):
    assert listing.get_by_role("button", name="停止").count() == 0
    listing.locator("[data-row] input").nth(0).check()
    listing.locator("[data-row] input").nth(1).check()
    assert listing.inner_text("[data-selected]") == "已选 2"
    listing.get_by_role("button", name="停止").click()
    assert listing.locator("dialog").inner_text().startswith("停止后不能继续。")
    listing.get_by_role("button", name="取消").click()
    assert listing.url.endswith("/gallery/jobs/")
    listing.get_by_role("button", name="停止").click()
    listing.locator("dialog").get_by_role("button", name="停止").click()
    listing.wait_for_url("**/gallery/bulk/")
    assert listing.locator("body").inner_text().count("-") >= 8  # two public ids


def test_filters_are_a_sheet_on_a_phone(browser, live_server):
    page = open_page(browser, f"{live_server.url}/gallery/jobs/", "390")
    assert not page.locator("#f-state-done").is_visible()
    page.get_by_role("button", name="筛选").click()
    page.check("#f-state-done")
    page.get_by_role("button", name="查看结果").click()
    page.wait_for_url("**/gallery/jobs/?state=done")
    page.close()


# ---- frame -------------------------------------------------------------------------------------------------------


def test_menus_close_on_escape_and_elsewhere(browser, live_server):
    page = open_page(browser, f"{live_server.url}/gallery/parts/")
    menu = page.locator(".rt-acts details.rt-menu")
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    menu.locator("summary").click()
    page.locator("h1").click()
    assert menu.get_attribute("open") is None
    page.close()


def test_a_fragment_cannot_bring_scripts(browser, live_server):
    page = open_page(browser, f"{live_server.url}/gallery/parts/")
    hostile = "<h1><img src=x onerror='document.title=1'><script>document.title=2</script></h1>"
    page.evaluate("html => window.htmx.swap('main h1', html, { swapStyle: 'outerHTML' })", hostile)
    page.wait_for_selector("h1 img", state="attached")
    page.wait_for_load_state("networkidle")
    assert page.title() == "零件 · 融通"
    page.close()


def test_pages_work_without_scripts(browser, live_server):
    page = open_page(browser, f"{live_server.url}/gallery/form/", java_script_enabled=False)
    with page.expect_navigation():
        page.get_by_role("button", name="加一行").click()
    assert page.locator("[data-rows] tbody tr").count() == 3
    page.goto(f"{live_server.url}/gallery/jobs/")
    page.check("#f-state-done")
    with page.expect_navigation():
        page.get_by_role("button", name="查看结果").click()
    assert "state=done" in page.url
    page.close()
