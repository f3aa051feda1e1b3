"""Every screen, on a small phone and on a desk: nothing runs out of sight, all text stands out from its
ground, and what is to be touched is large enough for a thumb."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# WCAG 2.2, 1.4.3: 4.5 to 1, for large text (24 px, or 18.66 px bold) 3 to 1.
FAINT = """() => {
  const parse = (said) => {
    const [r, g, b, a = 1] = said.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (at) => {
    for (; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !at.checkVisibility()) continue;
    if (at.closest(".visually-hidden-focusable")) continue;
    const style = getComputedStyle(at);
    const [one, other] = [light(parse(style.color)), light(ground(at))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if ((one + 0.05) / (other + 0.05) < wanted) found.push(at.textContent.trim().slice(0, 40));
  }
  return found;
}"""
# WCAG 2.2, 2.5.8 asks for 24 px; buttons and fields have 44 here. Links within a sentence are exempt.
SMALL = """() => [...document.querySelectorAll(
  "button, .btn, .form-control, .choice, summary, .top a, .case")]
  .filter((at) => at.checkVisibility() && at.getBoundingClientRect().height < 44)
  .map((at) => `${at.tagName} ${at.textContent.trim().slice(0, 40)}`)"""
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


def check(page: Page) -> None:
    found = {"faint": page.evaluate(FAINT), "small": page.evaluate(SMALL), "wider": page.evaluate(WIDER)}
    assert found == {"faint": [], "small": [], "wider": False}, page.url


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_screen_can_be_read(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page("/", size=size)
    check(page)
    for path in ("/report", "/receipt", "/sign-in?username=county"):
        page.goto(path)
        check(page)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/desk")

    sender = open_page("/report", size=size)
    # One of its words is set aside, and is shown so.
    sender.get_by_label("发生了什么？").fill(
        "榆次区乌金山镇，楼上的孩子正被他爸用棍子打，头上流血了，没有昏迷，快来人。"
    )
    sender.get_by_role("button", name="发送").click()
    number = sender.locator(".slip b").inner_text()
    check(sender)
    sender.get_by_role("button", name="查看进度").click()
    check(sender)

    page.reload()
    check(page)
    page.get_by_role("link", name=number).click()
    check(page)
    expect(page.locator("mark.aside").first).to_have_text("昏迷")
    page.get_by_role("button", name="签收").click()
    page.get_by_role("status").wait_for()
    check(page)
    page.get_by_label("看到了什么").fill("见到孩子。")
    page.get_by_label("单独说过").check()
    page.get_by_role("button", name="记下走访").click()
    page.get_by_label("已安置").wait_for()
    check(page)

    page.goto("/handset")
    link = page.locator(".messages p").filter(has_text=number).get_by_role("link")
    check(page)
    page.goto(link.get_attribute("href") or "")
    check(page)
