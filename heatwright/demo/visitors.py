"""Simulated visitors of the fixture shop: seeded, driven by real mouse and touch input.

How often whom does what stands in `RATES` and `SEGMENT_FACTORS` and nowhere else, so that a report
on the demo can be checked against the truth. The same `visit` serves driven and tagged visits.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from playwright.async_api import BrowserContext, Locator, Page

from heatwright.demo.hand import WHEEL_STEP, Hand
from recorder.devices import DEVICES, Device

__all__ = ["RATES", "SEGMENT_FACTORS", "Visitor", "population", "prepare", "rate", "visit"]

_COLUMNS = ("desktop", "laptop", "tablet", "phone")
_TABLE = {
    "hero cta a": (0.55, 0.50, 0.35, 0.25),
    "hero cta b": (0.60, 0.60, 0.60, 0.65),
    "menu":       (0.00, 0.00, 0.00, 0.60),
    "navigation": (0.55, 0.50, 0.35, 0.00),
    "dead":       (0.30, 0.30, 0.35, 0.40),
    "carousel":   (0.35, 0.30, 0.45, 0.25),
    "filter":     (0.45, 0.40, 0.30, 0.25),
    "tabs":       (0.60, 0.55, 0.45, 0.30),
    "size chart": (0.30, 0.30, 0.25, 0.20),
    "rating":     (0.25, 0.25, 0.20, 0.15),
    "rage":       (0.15, 0.15, 0.30, 0.35),
    "basket":     (0.60, 0.55, 0.45, 0.45),
    "checkout":   (0.50, 0.45, 0.35, 0.30),
    "purchase":   (0.75, 0.70, 0.55, 0.40),
    "article":    (0.45, 0.45, 0.50, 0.40),
    "words":      (0.80, 0.75, 0.60, 0.55),
    "account":    (0.25, 0.20, 0.15, 0.15),
}  # fmt: skip
RATES: dict[str, dict[str, float]] = {
    action: dict(zip(_COLUMNS, row, strict=True)) for action, row in _TABLE.items()
}
"""Probability of an action, at each opportunity, by device; `hero cta` also by variant."""

SEGMENT_FACTORS: dict[tuple[str, str], dict[str, float]] = {
    ("plan", "paying"): {"checkout": 1.5, "purchase": 1.3, "account": 2.0, "rage": 0.5},
    ("kind", "returning"): {"article": 0.5, "account": 1.8, "navigation": 1.4, "dead": 0.6},
    ("kind", "new"): {"carousel": 1.3, "size chart": 1.4},
}
"""Factors on `RATES` for visitors with a trait; the product is capped at 1."""

PAYING_SHARE = 0.35
RETURNING_SHARE = 0.4

ORDER = {
    "email": "maren@example.com", "given": "Maren", "family": "Holm", "password": "korrekt-horse-9",
    "street": "Boathouse Lane 4", "postcode": "LA22 9AB", "phone": "+44 7700 900123",
    "holder": "Maren Holm", "number": "4000123412341234", "expiry": "0931", "code": "737",
}  # fmt: skip
"""What is typed at the checkout, by field; invented, and never to be found in a recording."""

STEPS = (("email", "given", "family", "password"), ("street", "postcode", "country", "phone"))
CARD = ("holder", "number", "expiry", "code")

_BANNER_ANSWERED = """
if (location.protocol.startsWith("http")) localStorage.setItem("tarnside.cookies", "all");
"""
"""Runs before the page in the visits of those who have been here before."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One simulated person. `traits` has `plan` (free, paying) and `kind` (new, returning)."""

    id: str
    device: Device
    traits: dict[str, str]
    variant: str
    seed: int


def population(count: int, seed: int) -> list[Visitor]:
    """`count` visitors, evenly over our devices and, on each device, over the variants."""
    devices = list(DEVICES.values())
    visitors = []
    for index in range(count):
        rng = random.Random(f"{seed}/{index}")
        traits = {
            "plan": "paying" if rng.random() < PAYING_SHARE else "free",
            "kind": "returning" if rng.random() < RETURNING_SHARE else "new",
        }
        variant = "ab"[index // len(devices) % 2]
        device = devices[index % len(devices)]
        visitors.append(
            Visitor(f"demo-{seed}-{index:03d}", device, traits, variant, rng.getrandbits(32))
        )
    return visitors


def rate(visitor: Visitor, action: str) -> float:
    """The probability that `visitor` takes `action`, a row of `RATES`, at an opportunity.

    A device that is not ours behaves like ours of the nearest width.
    """
    row = RATES[f"hero cta {visitor.variant}" if action == "hero cta" else action]
    nearest = min(DEVICES.values(), key=lambda ours: abs(ours.width - visitor.device.width))
    result = row[nearest.label]
    for trait in visitor.traits.items():
        result *= SEGMENT_FACTORS.get(trait, {}).get(action, 1.0)
    return min(result, 1.0)


class _Visit(Hand):
    """The hand of a visitor who has wishes."""

    def __init__(self, page: Page, base_url: str, visitor: Visitor) -> None:
        rng = random.Random(visitor.seed)
        super().__init__(page, base_url, visitor.device, rng)
        self.visitor = visitor

    def wants(self, action: str) -> bool:
        return self.rng.random() < rate(self.visitor, action)


async def prepare(context: BrowserContext, *, base_url: str, visitor: Visitor) -> None:
    """Give `context` what the visitor brings along: variant and traits as cookies.

    Who returns has answered the cookie banner before. To be called before the shop is opened.
    """
    cookies = {"variant": visitor.variant}
    cookies |= {f"trait-{name}": value for name, value in visitor.traits.items()}
    for name, value in cookies.items():
        await context.add_cookies([{"name": name, "value": value, "url": base_url}])
    if visitor.traits.get("kind") == "returning":
        await context.add_init_script(_BANNER_ANSWERED)


async def visit(page: Page, base_url: str, visitor: Visitor) -> None:
    """Let `visitor` use the shop at `base_url` through two to five pages in `page`.

    The context is one of `visitor.device`, prepared by `prepare`, and the page is at the shop's
    home page. Raises Playwright's errors when the shop does not answer.
    """
    hand = _Visit(page, base_url.rstrip("/"), visitor)
    await hand.arrive()
    await _answer_banner(hand)
    place = await _home(hand)
    if place == "article":
        place = await _article(hand)
    if place == "list":
        place = await _list(hand)
    if place == "product":
        await _product(hand)


async def _answer_banner(hand: _Visit) -> None:
    button = "#cookie-accept" if hand.rng.random() < 0.8 else "#cookie-decline"
    if await hand.page.locator("#cookie").is_visible():
        await hand.press(hand.page.locator(button))
        await hand.page.locator("#cookie").wait_for(state="hidden")


async def _home(hand: _Visit) -> str:
    """Use the home page; returns the page it led to."""
    page = hand.page
    cta = hand.wants("hero cta")
    if hand.wants("dead"):
        await hand.press(page.locator("#hero-title"))
        await hand.wonder()
    if cta and await hand.follow(page.locator("#hero-cta")):
        return "list"
    if hand.wants("menu") and await hand.press(page.locator("#menu-button")):
        await page.locator("#menu").wait_for(state="visible")
        return await _choose_entry(hand, page.locator("#menu a"))
    if hand.wants("navigation"):
        return await _choose_entry(hand, page.locator(".site-nav a"))
    if hand.wants("carousel"):
        for _ in range(hand.rng.randint(1, 3)):
            await hand.press(page.locator("#carousel-next"))
    if hand.wants("article"):
        return "article" if await hand.follow(page.locator(".teaser a")) else "home"
    card = hand.one_of(page.locator("#favourites-grid a.card"), 8)
    return "product" if await hand.follow(card) else "home"


async def _choose_entry(hand: _Visit, entries: Locator) -> str:
    """Follow an entry of the navigation or of the phone's menu: the same four in both."""
    guide = hand.wants("article")
    entry = entries.nth(3) if guide else hand.one_of(entries, 3)
    if not await hand.follow(entry):
        return "home"
    return "article" if guide else "list"


async def _list(hand: _Visit) -> str:
    page = hand.page
    grid = page.locator("#list-grid")
    await page.wait_for_selector("#list-grid[data-pages] a.card")
    if hand.wants("filter"):
        drawer = page.locator("#drawer-button")
        if await drawer.is_visible():
            await hand.press(drawer)
            await page.locator("#filters").wait_for(state="visible")
        choices = page.locator("#filters label:has(input[name=group])")
        await hand.press(choices.nth(hand.rng.randint(1, 6)))
        await page.wait_for_url(lambda url: "group=" in url)
        await page.wait_for_selector("#list-grid a.card")
    for _ in range(hand.rng.randint(1, 3)):
        await hand.wheel(hand.rng.uniform(280, WHEEL_STEP))
    card = hand.one_of(grid.locator("a.card"), await grid.locator("a.card").count())
    return "product" if await hand.follow(card) else "list"


async def _article(hand: _Visit) -> str:
    page = hand.page
    paragraphs = page.locator("#prose > p")
    first = hand.rng.randint(0, 6)
    for index in (first, first + hand.rng.randint(1, 4)):
        if hand.wants("words"):
            await hand.press_word(paragraphs.nth(index))
    if hand.rng.random() < 0.5 and await hand.follow(page.locator("#article-cta")):
        return "product"
    return "article"


async def _product(hand: _Visit) -> None:
    page = hand.page
    if hand.wants("rage"):
        await hand.press(page.locator("#product-image"), times=4)
    if hand.wants("dead"):
        await hand.press(page.locator("#lead"))
        await hand.wonder()
    if hand.wants("rating"):
        await hand.press(page.locator("star-rating button").nth(hand.rng.randint(2, 4)))
    if hand.wants("size chart") and await hand.press(page.locator("#size-chart")):
        await page.locator("#size-dialog").wait_for(state="visible")
        await hand.press(page.locator("#size-close"))
        await page.locator("#size-dialog").wait_for(state="hidden")
    if hand.wants("basket"):
        await hand.press(page.locator(".sizes label").nth(hand.rng.randint(0, 3)))
        bar = page.locator("#buy-bar-button")
        await hand.press(bar if await bar.is_visible() else page.locator("#add-to-cart"))
        await page.locator("#cart-count").wait_for(state="visible")
        if hand.wants("checkout") and await hand.follow(page.locator('.tools a[href="/checkout"]')):
            await _checkout(hand)
            return
    if hand.wants("tabs"):
        await hand.press(page.locator('[role="tab"]').nth(hand.rng.randint(1, 2)))
    if hand.wants("account") and await hand.follow(page.locator('.tools a[href="/account"]')):
        await _account(hand)


async def _account(hand: _Visit) -> None:
    for view in ("orders", "settings"):
        await hand.press(hand.page.locator(f'#account-nav a[href="/account/{view}"]'))
        await hand.page.wait_for_selector(f'#view[data-view="{view}"]')


async def _checkout(hand: _Visit) -> None:
    """Fill in the steps; who does not purchase leaves after the first."""
    page = hand.page
    buys = hand.wants("purchase")
    if hand.rng.random() < 0.3:
        await hand.press(page.locator("#next-1"))  # too early: the fields complain
    for step, fields in enumerate(STEPS, start=1):
        await _fill(hand, page.locator(f"#{fields[0]}"), fields)
        if not buys:
            return
        await hand.press(page.locator(f"#next-{step}"))
        await page.wait_for_selector(f'html[data-step="{step + 1}"]', state="attached")
    frame = page.frame_locator("#payment")
    await frame.locator("html[data-ready]").wait_for(state="attached")
    await _fill(hand, frame.locator(f"#{CARD[0]}"), CARD)
    await hand.press(page.locator("#place-order"))
    await page.wait_for_selector('html[data-step="4"]', state="attached")


async def _fill(hand: _Visit, first: Locator, fields: tuple[str, ...]) -> None:
    """Press the first field and go on by the Tab key; a field without a text is passed over."""
    await hand.press(first)
    for place, name in enumerate(fields):
        if place:
            await hand.page.keyboard.press("Tab")
        await hand.page.keyboard.type(ORDER.get(name, ""))
