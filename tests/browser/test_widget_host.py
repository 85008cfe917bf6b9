"""The widget as a guest: hostile pages, keyboards, readers, phones, and the calls of the page itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.widget_scene import Scene, scene
from tests.patience import eventually

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 640}
PAGE = """<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="data:,">{head}
<script async src="/widget.js" data-account="demo"></script></head>
<body><h1>Host</h1><a href="#">link</a></body></html>"""
HOSTILE = """
html * { all: unset !important; display: none !important; font-size: 40px !important; }
html * { transform: rotate(3deg) !important; }
div, section, button, svg { display: none !important; visibility: hidden !important; opacity: 0 !important; }
:not(:defined) { display: none !important; }
body { position: relative !important; z-index: 2147483647 !important; transform: scale(.5) !important; }
"""
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"


def host_page(at: Scene, *, style: str = "", policy: str = "", head: str = "") -> str:
    """Path of a page that embeds the widget."""
    link = '<link rel="stylesheet" href="/host/host.css">' if style else ""
    at.centre.pages["host.css"] = ("text/css", style, {})
    headers = {"content-security-policy": policy} if policy else {}
    at.centre.pages["page"] = ("text/html", PAGE.format(head=link + head), headers)
    return "/host/page"


async def looks(at: Scene) -> list[Any]:
    """Place, size, colour and type of what matters."""
    script = """(element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const { color, backgroundColor, fontSize, opacity, visibility } = getComputedStyle(element);
        return [x, y, width, height, color, backgroundColor, fontSize, opacity, visibility].join(" ");
    }"""
    parts: list[Locator] = [at.launcher(), at.widget(), at.button("Talk to a person"), at.button("Close")]
    return [await part.evaluate(script) for part in parts]


async def test_a_hostile_style_sheet_and_a_strict_policy_change_nothing_of_it() -> None:
    async with scene(reduced_motion="reduce") as at:
        looked = []  # without motion there is no moment in the middle of one
        for path in (host_page(at), host_page(at, style=HOSTILE, policy=STRICT)):
            await at.visit(path)
            await at.press_launcher()
            await expect(at.button("Talk to a person")).to_have_attribute("aria-busy", "false")
            await at.page.mouse.move(0, 0)
            looked.append(await looks(at))
            await at.button("Close").click()
        assert looked[0] == looked[1]


async def test_calls_made_before_the_script_has_loaded_are_carried_out() -> None:
    async with scene() as at:
        at.centre.pages["early.js"] = (
            "text/javascript",
            "(window.Usher ||= []).push(['identify', { name: 'Ann' }]); window.Usher.push(['open'])",
            {},
        )
        await at.visit(host_page(at, head='<script src="/host/early.js"></script>'))
        await at.button("Talk to a person").click()
        await expect(at.widget().get_by_label("Name")).to_have_value("Ann")


async def test_the_page_may_open_close_hide_and_listen() -> None:
    async with scene() as at:
        await at.visit()
        await at.page.evaluate("window.told = []; void Usher.on('open', () => told.push('open'))")
        await at.page.evaluate("void Usher.on('close', () => told.push('close'))")
        await at.page.evaluate("Usher.hide()")
        await expect(at.launcher()).to_be_hidden()
        await at.page.evaluate("Usher.show(); Usher.open()")
        await expect(at.widget()).to_be_visible()
        await at.page.evaluate("Usher.setLanguage('de')")
        await expect(at.button("Mit einem Menschen sprechen")).to_be_visible()
        await at.page.evaluate("Usher.toggle()")
        await expect(at.widget()).to_be_hidden()
        assert await at.page.evaluate("told") == ["open", "close"]


async def test_the_keyboard_alone_is_enough() -> None:
    async with scene() as at:
        await at.visit()
        await at.launcher().focus()
        await at.page.keyboard.press("Enter")
        await expect(at.button("Talk to a person")).to_be_focused()
        await at.page.keyboard.press("Enter")
        await expect(at.widget().get_by_label("Message")).to_be_focused()
        await at.page.keyboard.type("Hello?")
        await at.page.keyboard.press("Tab")
        await at.page.keyboard.press("Enter")
        await expect(at.said("Hello?")).to_be_visible()
        await eventually(lambda: bool(at.centre.conversation))
        await at.centre.join("Marta")
        await expect(at.composer()).to_be_visible()
        await at.composer().focus()
        await at.page.keyboard.type("one\ntwo")
        await expect(at.said("one")).to_be_visible()
        await at.page.keyboard.press("Escape")
        await expect(at.widget()).to_be_hidden()
        await expect(at.launcher()).to_be_focused()


async def test_a_press_before_the_account_is_known_is_not_lost() -> None:
    async with scene() as at:
        known = asyncio.Event()

        async def late(route: Route) -> None:
            await known.wait()
            await route.continue_()

        await at.page.route("**/api/widget/config*", late)
        await at.visit()
        await at.launcher().focus()
        await at.page.keyboard.press("Enter")
        await expect(at.button("Talk to a person")).to_be_focused()
        await at.page.keyboard.press("Enter")
        await expect(at.button("Talk to a person")).to_be_visible()
        known.set()
        await expect(at.widget().get_by_label("Message")).to_be_focused()


async def test_shift_enter_makes_a_line_and_escape_leaves_the_emoji_first() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.composer().focus()
        await at.page.keyboard.type("one")
        await at.page.keyboard.press("Shift+Enter")
        await at.page.keyboard.type("two")
        await expect(at.composer()).to_have_value("one\ntwo")
        await at.button("Emoji").click()
        await at.page.keyboard.press("Escape")
        await expect(at.widget()).to_be_visible()
        await at.button("Emoji").click()
        await at.page.keyboard.press("Enter")
        await expect(at.composer()).to_have_value("one\ntwo😀")


async def test_on_a_phone_it_covers_the_page_and_keeps_the_focus_inside() -> None:
    async with scene(viewport=PHONE, reduced_motion="reduce") as at:
        await at.visit()
        await at.press_launcher()
        await expect(at.button("Talk to a person")).to_be_focused()
        box = await at.widget().bounding_box()
        assert box == {"x": 0, "y": 0, **PHONE}
        for keys in ("Tab", "Shift+Tab"):
            for _ in range(8):
                await at.page.keyboard.press(keys)
                assert await at.page.evaluate("document.activeElement.localName") == "usher-widget"
        assert await at.widget().evaluate("(frame) => frame.scrollWidth <= frame.clientWidth")


@pytest.mark.parametrize(("scheme", "viewport"), [("light", {"width": 1200, "height": 800}), ("dark", PHONE)])
async def test_axe_finds_nothing_on_any_screen(scheme: str, viewport: dict[str, int]) -> None:
    async with scene(color_scheme=scheme, viewport=viewport, reduced_motion="reduce") as at:
        await at.visit()
        found: dict[str, list[str]] = {"launcher": await at.violations("usher-launcher")}
        await at.press_launcher()
        await expect(at.button("Talk to a person")).to_have_attribute("aria-busy", "false")
        found["home"] = await at.violations()
        await at.button("Talk to a person").click()
        await at.button("Start the conversation").click()
        found["form"] = await at.violations()
        await at.widget().get_by_label("Message").fill("See https://a.example please")
        await at.button("Start the conversation").click()
        await eventually(lambda: bool(at.centre.conversation))
        await at.centre.wait_in_queue(2, 100_000, None)
        found["waiting"] = await at.violations()
        await at.centre.join("Marta")
        await at.centre.say("Good morning")
        await at.centre.type_something()
        at.centre.refuse = ["bad_text"]
        await at.write("Hello")
        await expect(at.widget().get_by_role("alert")).to_be_visible()
        await at.button("Emoji").click()
        found["talking"] = await at.violations()
        await at.page.keyboard.press("Escape")
        await at.button("End the conversation").click()
        found["sure"] = await at.violations()
        await at.button("End it").click()
        await at.widget().get_by_role("radio", name="Bad", exact=True).check(force=True)
        found["rating"] = await at.violations()
        await at.button("Back").click()
        await at.button("Your conversations").click()
        await expect(at.widget().get_by_role("listitem")).to_be_visible()
        found["past"] = await at.violations()
        assert {screen: faults for screen, faults in found.items() if faults} == {}


async def test_a_server_that_cannot_be_reached_is_said_and_can_be_asked_again() -> None:
    async with scene() as at:
        await at.visit()
        await at.page.route("**/api/widget/config*", lambda route: route.abort())
        await at.press_launcher()
        await expect(at.widget().get_by_role("alert")).to_contain_text("We cannot be reached at the moment.")
        await at.page.unroute("**/api/widget/config*")
        at.complaints.clear()
        await at.button("Try again").click()
        await expect(at.button("Talk to a person")).to_be_visible()
