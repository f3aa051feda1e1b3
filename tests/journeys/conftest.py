"""A real browser. Where there is none the journeys are skipped, and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = (360, 740)
DESK = (1280, 900)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        pytest.skip(f"!!! NONE OF {', '.join(CHROMIUM)} IS IN PATH: THE JOURNEYS IN A BROWSER ARE SKIPPED")
    expect.set_options(timeout=20_000)  # for a machine that is busy with other tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, base_url: str) -> Iterator[OpenPage]:
    """Opens a page of a new visitor, `size` wide and high. The test fails when any page it opened, or that
    opened from it, complained: errors, refusals by the content security policy, anything not found."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type in ("error", "warning")
                else None
            ),
        )

    def opened(path: str, *, size: tuple[int, int] = PHONE) -> Page:
        context = browser.new_context(
            base_url=base_url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN"
        )
        context.set_default_timeout(20_000)
        context.on("page", listen)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
