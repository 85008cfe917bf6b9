"""Chromium for the browser tests: the system's own, cut off from every network but loopback; one for all of a run.

A browser takes longer to start than most tests take; a context of its own keeps each test's cookies, storage and
settings apart. It lives on the event loop that all tests of this folder share.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Browser, BrowserContext, async_playwright, expect

PATIENCE_MS = 30_000
"""Longer than the longest pause between two attempts to connect, and generous: the machine may be busy with others."""
expect.set_options(timeout=PATIENCE_MS)

# The last list wins, so this names what Playwright switches off too. The address bar's pop-ups are pages of their own
# in every window, which nobody sees here and which take as much of the processor as a context does without them; and a
# process kept ready for a next page is one more for each page.
WITHOUT = [
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "PreloadTopChromeWebUI",
    "SpareRendererForSitePerProcess",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--js-flags=--no-opt --no-maglev",  # no page lives long enough to win back what optimising it costs
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]

_running: list[Browser] = []


@contextlib.asynccontextmanager
async def one_chromium() -> AsyncIterator[None]:
    """Starts it for the length of the block."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "tests/install_system_packages brings Chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS, timeout=4 * PATIENCE_MS)
        _running.append(browser)
        try:
            yield
        finally:
            _running.remove(browser)
            await browser.close()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The one that runs. Contexts opened in the block are closed after it."""
    [browser] = _running
    try:
        yield browser
    finally:
        for context in browser.contexts:
            await context.close()


async def profile(browser: Browser, **options: Any) -> BrowserContext:
    """A browser profile of its own. options: of `Browser.new_context`; without, an English desk of common size."""
    made = await browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"} | options)
    made.set_default_timeout(PATIENCE_MS)
    return made
