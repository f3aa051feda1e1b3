"""The walk through the README, as somebody new would take it, in a real browser against a running service."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "hutong-demo"
BEING_BEATEN = "{place}，我楼下的男孩六岁，他爸现在正拿皮带打他，孩子头上流血了，喊救命。"


def report(page: Page, place: str) -> tuple[str, str]:
    """Sends the form; returns number and return code."""
    page.goto("/report")
    page.get_by_label("发生了什么？").fill(BEING_BEATEN.format(place=place))
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    number = page.locator(".slip b").inner_text()
    code = page.locator("#code").get_attribute("data-code") or ""
    assert re.fullmatch(r"\d{16}", code)
    return number, code


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/desk$"))


def test_from_the_report_to_the_timeline(open_page: Callable[..., Page]) -> None:
    phones = open_page("/handset", size=DESK)
    sender = open_page("/")
    sender.get_by_role("link", name="报告一个孩子的情况").click()
    number, code = report(sender, "榆次区东阳镇")
    expect(sender.get_by_text("请立即拨打 110")).to_be_in_viewport()
    expect(sender.locator("a.police")).to_have_attribute("href", "tel:110")

    phone = phones.locator(".phone").filter(has_text=number)
    expect(phone).to_have_class(re.compile(r"\blit\b"))
    expect(phone).to_contain_text("榆次区东阳镇")
    phone.get_by_placeholder("写短信").fill(f"收到 {number}")
    phone.get_by_role("button", name="发送").click()
    expect(phone).to_contain_text(f"{number} 已签收")

    sender.goto("/receipt")
    sender.get_by_label("16位查询码").fill(" ".join(re.findall("....", code)))
    sender.get_by_role("button", name="查询").click()
    expect(sender.locator(".lead")).to_have_text("现在：已签收")
    expect(sender.locator(".progress-steps .done")).to_have_count(3)

    desk = open_page("/desk", size=DESK)
    sign_in(desk, "county")
    desk.get_by_role("link", name=number).click()
    expect(desk.locator("#head")).to_contain_text("已签收")
    expect(desk.locator("mark.counted").first).to_be_visible()
    for said in (
        "收到报告",
        "定级",
        "立案，派往责任单位",
        "轮到通知",
        "通知排队",
        "通知已送出",
        "签收，签收时钟停止",
    ):
        step = desk.locator(".timeline li").filter(has=desk.get_by_text(said, exact=True)).first
        expect(step.locator("time")).to_have_text(re.compile(r"^\d\d-\d\d \d\d:\d\d:\d\d$"))


def test_the_link_in_the_message_asks_before_it_acknowledges(open_page: Callable[..., Page]) -> None:
    phones = open_page("/handset", size=DESK)
    sender = open_page("/")
    number, code = report(sender, "榆次区长凝镇")
    message = phones.locator(".messages p").filter(has_text=number)
    with phones.expect_popup() as opened:
        message.get_by_role("link").click()
    tapped = opened.value
    with sender.expect_popup() as progress:
        sender.get_by_role("button", name="查看进度").click()
    expect(progress.value.locator(".lead")).to_have_text("现在：已派往")
    expect(sender.get_by_role("heading", name="已收到")).to_be_visible()  # the code is still there

    tapped.get_by_role("button", name="收到，我去").click()
    expect(tapped.get_by_role("heading", name="已签收，请前往")).to_be_visible()
    expect(tapped.locator("body")).not_to_contain_text("男孩")
    progress.value.reload()
    expect(progress.value.locator(".lead")).to_have_text("现在：已签收")
    assert re.fullmatch(r"\d{16}", code)

    tapped.goto(tapped.url)
    expect(tapped.get_by_role("heading", name="此前已有人签收")).to_be_visible()


def test_the_officer_acknowledges_visits_and_closes(open_page: Callable[..., Page]) -> None:
    number, _ = report(open_page("/"), "榆次区北关街道")
    officer = open_page("/sign-in")
    officer.get_by_role("link", name="乡镇值班员").click()
    officer.get_by_role("button", name="登录", exact=True).click()
    officer.get_by_role("link", name=number).click()
    officer.get_by_role("button", name="签收").click()
    expect(officer.get_by_role("status")).to_have_text("已签收，请前往。")

    officer.get_by_label("看到了什么").fill("孩子在家，额头有伤，已送医院。")
    officer.get_by_label("单独说过").check()
    officer.wait_for_timeout(6_000)  # the page refreshes itself every five seconds
    expect(officer.get_by_label("看到了什么")).to_have_value("孩子在家，额头有伤，已送医院。")
    officer.get_by_role("button", name="记下走访").click()
    expect(officer.locator("#head")).to_contain_text("已见到孩子")

    officer.get_by_label("已安置").check()
    officer.get_by_label("说明").fill("已送到外婆家，父亲被派出所带走。")
    officer.get_by_role("button", name="结案").click()
    expect(officer.locator("#head")).to_contain_text("已结案")
    expect(officer.locator("#timeline")).to_contain_text("单独跟孩子说过话")


def test_the_desk_shows_a_new_case_by_itself(open_page: Callable[..., Page]) -> None:
    desk = open_page("/", size=DESK)
    sign_in(desk, "city")
    number, _ = report(open_page("/"), "榆次区庄子乡")
    expect(desk.get_by_role("link", name=number)).to_be_visible()


def test_what_was_typed_survives_a_dropped_network(open_page: Callable[..., Page]) -> None:
    page = open_page("/report")
    text = page.get_by_label("发生了什么？")
    text.fill("榆次区什贴镇，有个孩子好几天没人管了。")
    page.close()
    again = open_page("/report")
    expect(again.get_by_label("发生了什么？")).to_have_value("")

    again.get_by_label("发生了什么？").fill("榆次区什贴镇，有个孩子好几天没人管了。")
    again.goto("/receipt")
    again.goto("/report")
    expect(again.get_by_label("发生了什么？")).to_have_value("榆次区什贴镇，有个孩子好几天没人管了。")
    expect(again.get_by_text("上次没有发出去的内容还在")).to_be_visible()
    again.get_by_role("button", name="发送").click()
    expect(again.get_by_role("heading", name="已收到")).to_be_visible()
    again.goto("/report")
    expect(again.get_by_label("发生了什么？")).to_have_value("")


def test_a_form_sent_twice_is_one_report_and_an_edited_one_is_another(open_page: Callable[..., Page]) -> None:
    page = open_page("/report")
    text = "榆次区郭家堡乡，请问困境儿童的补贴怎么申请？"
    key = page.locator("input[name=key]").get_attribute("value") or ""

    def sent(words: str) -> str:
        answer = page.request.post("/report", form={"key": key, "text": words})
        found = re.search(r"<b>(\d\d-\d{6})</b>", answer.text())
        assert found is not None
        return found.group(1)

    first = sent(text)
    assert sent(text) == first
    assert sent(f"{text}孩子今年九岁。") != first


def test_english_by_choice(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("A child needs help? Tell us")
    for path in ("/report", "/receipt", "/sign-in", "/handset"):
        page.goto(path)
        said = page.locator("h1, h2:not(.phone h2), label, legend, .hint, main button").all_inner_texts()
        assert [words for words in said if re.search("[\u4e00-\u9fff]", words)] == []
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/report", size=DESK)

    def tab_to(selector: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.locator(":focus").evaluate("(at, wanted) => at.matches(wanted)", selector):
                return
        pytest.fail(f"Tab does not reach {selector}")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    tab_to("#text")
    page.keyboard.type("请问生活补贴怎么申请？")
    tab_to("button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    tab_to("form[action='/receipt'] button")
    with page.expect_popup() as progress:
        page.keyboard.press("Enter")
    expect(progress.value.locator(".lead")).to_contain_text("现在：")
