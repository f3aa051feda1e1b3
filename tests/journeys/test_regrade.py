"""An operator sets another level, by keyboard, and both words can be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_browser import report, sign_in
from tests.journeys.test_readable import check

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_one_key_for_each_level(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    number, _ = report(open_page("/"), "榆次区北关街道")
    page = open_page("/", size=size)
    sign_in(page, "county")
    page.goto(f"/cases/{number}")
    level = page.locator("[data-regrade] input[name=level]:checked")
    expect(level).to_have_value("red")
    for key, chosen in (("4", "green"), ("3", "yellow"), ("1", "red"), ("2", "orange")):
        page.keyboard.press(key)
        expect(level).to_have_value(chosen)
        expect(level).to_be_focused()
    reason = page.get_by_label("为什么改")
    reason.focus()
    page.keyboard.type("4天前的旧伤，1人看过。")
    expect(level).to_have_value("orange")
    check(page)
    page.locator("[data-regrade] button").click()
    expect(page.get_by_role("status")).to_contain_text("已改定级")
    expect(page.locator("#head .level")).to_have_text("橙色")
    expect(page.locator(".grades > li .level")).to_have_text(["红色", "橙色"])
    expect(page.locator(".grades > li").last).to_contain_text("4天前的旧伤")
    check(page)
