from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatwright.cli.filters import session_filter
from recorder import limits
from recorder.device_class import device_class
from recorder.errors import WrongUse
from recorder.expressions import (
    FIELDS,
    AllOf,
    AnyOf,
    Comparison,
    Expression,
    Not,
    find_field,
    parse,
)
from recorder.expressions.grammar import MAX_CHARS, MAX_LEVELS
from recorder.index.mirror import SELECTED_ATTRIBUTES
from recorder.index.presses import RAGE_GAP_MS, RAGE_PRESSES, RAGE_PX
from recorder.index.searching import matching
from recorder.sites import Site
from recorder.store import DocumentRow, Store
from tests.recorder.making import NOW, ORIGIN, batch, custom, meta, route
from tests.recorder.oracle import fits
from tests.recorder.visits import DAY, NOVEMBER, SELECTORS, TOUCH, Visit

VISIT = Visit(
    traits={"plan": "paying", "plan name": "Pro (yearly)", "größe": "L"},
    variant="b",
    agent="Mozilla/5.0 Firefox/150.0",
    documents=((390, ("/", "/products/tent?colour=Red")), (800, ("/",))),
    title="Home of Tents",
    pages=("Home",),
    presses=("buy", "label"),
    errors=("TypeError: größe is undefined",),
    requests=(("POST", "/api/cart", 503), ("GET", "/api/me", 200)),
    goals=("seen",),
    missing=2,
)

OTHERS = (
    Visit("session-2", "visitor-2", NOVEMBER - 1, 0, "iPhone 13", source="driven"),
    Visit(
        *("session-3", "visitor-1", NOVEMBER + DAY, 30_000),
        touch=False,
        source="import",
        variant="a",
        release="1.2",
        traits={"plan": "free"},
        documents=((1440, ("/", "/checkout", "/products/tent")),),
        presses=("img", "b", "body"),
        requests=(("GET", "/api/me", 404),),
        reports=("it is broken",),
    ),
    Visit(
        *("session-4", "visitor-3", NOVEMBER + 30 * DAY - 1),
        documents=((768, ("/products",)),),
        errors=("500", "TypeError: x"),
        goals=("SEEN", "bought"),
        pages=("home", "Checkout"),
        title="Checkout",
    ),
    Visit("b", "shop", NOVEMBER + 30 * DAY, touch=False, traits={"plan": ""}),
)


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with `VISIT` and `OTHERS`."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('visits')}/store.db") as store:
        site = store.sites.add("shop", [ORIGIN])
        for visit in (VISIT, *OTHERS):
            visit.keep(store, site.write_key)
        yield store


def found(store: Store, text: str) -> set[str]:
    return set(matching(store, parse(text)))


def document(width: int | None, environment: dict[str, Any] | None = None) -> DocumentRow:
    return DocumentRow("d", "session-1", "t", ORIGIN, 0, 1, width, 800, environment or {})


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("session = session-1", True),
        ("session = session", False),
        ("session ~ SION-1", True),
        ("site = shop and visitor = visitor-1", True),
        ("site = Shop", False),
        ("device = phone", True),
        ("device = PHONE", True),
        ("device = tablet", False),
        ("source = tag", True),
        ("source != driven", True),
        ("variant = b", True),
        ("variant != b", False),
        ('release = ""', True),
        ("release != 1.2", True),
        ("release = 1.2", False),
        ('trait.plan = "paying"', True),
        ("trait.plan='paying'", True),
        ("trait.plan ~ AY", True),
        ("trait.größe = L", True),
        ('trait."plan name" = "Pro (yearly)"', True),
        ("trait.none = x", False),
        ("trait.none != x", True),
        ("since = 2026-11-01", True),
        ("since = 2026-11-01T12:00", True),
        ("since = 2026-11-01T12:01", False),
        ("since = 2026-11-01T14:00+02:00", True),
        ("since = 2026-11-02", False),
        ("until = 2026-11-01", False),
        ("until = 2026-11-01T12:00", False),
        ("until = 2026-11-02", True),
        ("started = 2026-11-01", True),
        ('started = "2026-11-01 12:00:00.000Z"', True),
        ("started = 2026-11-01T12:00:00.001", False),
        ("started > 2026-11-01", False),
        ("started >= 2026-11-01", True),
        ("started <= 2026-11-01", True),
        ("started < 2026-11-01", False),
        ("started < 9999-12-31 and started > 0001-01-01", True),
        ("duration = 12.5", True),
        ("duration<12.5", False),
        ("duration<=12.5", True),
        ("duration>=13", False),
        ("width = 390", True),
        ("width = 391", False),
        ("width > 700", True),
        ("width > 390 and width < 800", True),
        ("width != 390", False),
        ("visited = /", True),
        ("visited = /products/*", True),
        ("visited=/products/tent?colour=Red", True),
        ("visited = /products/tent?colour=Blue", False),
        ("visited != /checkout", True),
        ("visited ~ COLOUR", True),
        ("not device = phone", False),
        ("NOT (device=tablet)AND site=shop", True),
        ("site = x or site = shop and device = tablet", False),
        ("(site = x or site = shop) and device = phone", True),
        ("site = shop or site = x and site = y", True),
        ("not site = x and site = shop", True),
        ("site = shop\n\tand variant = b", True),
        ("ended = 2026-11-01T12:00:12.500", True),
        ("ended > 2026-11-01T12:00", False),
        ("agent ~ firefox", True),
        ("agent = Firefox", False),
        ("page = home", True),
        ("page = products", False),
        ('title ~ "of tents"', True),
        ('title = "home of tents"', False),
        ("clicked = #buy", True),
        ('clicked = "form.order button"', True),
        ("clicked = a", False),
        ("clicked != a", True),
        ('clicked ~ "BUY NOW"', True),
        ("clicked ~ GRÖSSE", True),
        ("clicks = 2", True),
        ("rage = 0 and raged ~ buy", False),
        ("error ~ typeerror", True),
        ('error = "TypeError: größe is undefined"', True),
        ('error = "TypeError"', False),
        ('error = ""', False),
        ("errors >= 1", True),
        ('request = "POST /api/cart"', True),
        ('request = "POST /api/cart 503"', True),
        ('request = "POST /api"', False),
        ('request ~ "cart 503"', True),
        ("status >= 500", True),
        ("status = 404", False),
        ("status != 404", True),
        ("goal = seen", True),
        ('goal = ""', False),
        ('report = ""', True),
        ('report != ""', False),
        ("gaps = 2", True),
    ],
)
def test_matching(visits: Store, text: str, fits: bool) -> None:
    assert ("session-1" in found(visits, text)) is fits


def test_since_is_inclusive_and_until_exclusive(visits: Store) -> None:
    november = found(visits, "since = 2026-11-01 and until = 2026-12-01")
    assert november == {"session-1", "session-3", "session-4"}


def test_an_expression_may_list_many_sessions(visits: Store) -> None:
    listed = " or ".join(["session = x"] * 640 + ["session = session-1"])
    assert found(visits, listed) == {"session-1"}


@pytest.mark.parametrize(
    ("text", "place", "message", "advice"),
    [
        ("devise = phone", 0, "no field 'devise'", "Did you mean device?"),
        ("site = a and traits.plan = x", 13, "no field", "Did you mean trait.plan?"),
        ("quantum = 3", 0, "no field", "The fields are session, site"),
        ('trait."" = x', 0, "no field 'trait.'", "trait.NAME"),
        ("device == phone", 7, "no operator '=='", "= != ~"),
        ("width ~ 3", 6, "cannot be compared by ~", "= != < <= > >="),
        ("since >= 2026-11-01", 6, "cannot be compared by >=", "With since use =."),
        ("width = 3a", 8, "'3a' is not a number", "390"),
        ("width = ٣", 8, "not a number", ""),
        ("duration < nan", 11, "not a number", ""),
        ("since = 2026-02-30", 8, "not a date", "2026-11-01T12:30"),
        ("since = yesterday", 8, "not a date", ""),
        ("since = 2026-11-01T12:30+25:00", 8, "not a date", ""),
        ("source = drivn", 9, "none of tag, driven, import", "Did you mean driven?"),
        (r'site = "a\q"', 9, r"no escape \q", r"\uXXXX"),
        (r'site = "\ud800"', 8, "no escape", ""),
        (r'trait."\x" = 1', 7, "no escape", ""),
        ("device", 6, "operator is missing", "FIELD OPERATOR VALUE"),
        ("device: phone", 6, "operator is missing", ""),
        ("device =", 8, "value is missing", ""),
        ("device = and site = x", 9, "value is missing", ""),
        ('site = "abc', 7, "quote is never closed", 'another "'),
        ("site = a or", 11, "comparison is missing", ""),
        ("()", 1, "comparison is missing", ""),
        ("site = a site = b", 9, "does not belong", "and, or"),
        ("site = a && site = b", 9, "does not belong", ""),
        ("(site = a", 9, "bracket is never closed", ""),
        ("((site = a) or site = b", 23, "bracket is never closed", ""),
        ("site = a)", 8, "bracket was never opened", ""),
        ("日本 = a", 0, "no field", ""),
        ('clicked = "a:nth-child(2)"', 10, ":nth-child() is not known", "clicked ~ buy"),
        ('clicked = "a:hover"', 10, ":hover is not known", ""),
        ("clicked = a::before", 10, "cannot be looked for", ""),
        ('clicked = "a + b"', 10, "beside it (+)", ""),
        ('clicked = "a ~ b"', 10, "beside it (~)", ""),
        ('clicked = "form:has(a)"', 10, ":has()", ""),
        ("clicked = a[onclick]", 10, "only these are kept: id, class", ""),
        ('clicked = "a ["', 10, "cannot be looked for", ""),
        ('clicked = ""', 10, "cannot be looked for", ""),
    ],
)
def test_what_is_wrong_is_shown_at_its_place(
    text: str, place: int, message: str, advice: str
) -> None:
    with pytest.raises(WrongUse) as caught:
        parse(text)
    assert message in caught.value.message
    shown, caret, said = caught.value.next_step.split("\n")
    assert (shown, caret) == (text, " " * place + "^")
    assert advice in said


def test_the_caret_stays_below_its_place_in_long_and_wide_text() -> None:
    with pytest.raises(WrongUse) as caught:
        parse('site = "' + "日本\n" * 40 + '" and devise = x' + " and site = a" * 40)
    shown, caret, _ = caught.value.next_step.split("\n")
    assert shown.startswith("…") and shown.endswith("…")
    assert len(shown) < 78
    wide = sum(char in "日本" for char in shown[: shown.index("devise")])
    assert len(caret) - 1 == shown.index("devise") + wide


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "not " * (MAX_LEVELS + 1) + "site = a",
        "not " * 2_000 + "site = a",
        "site = b or (site = a and (" * 300 + "site = a" + "))" * 300,
        "site = a or " * (MAX_CHARS // 12) + "site = long",
    ],
)
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        parse(text)


def test_brackets_alone_nest_as_deep_as_one_likes() -> None:
    assert str(parse("(" * 3_000 + "site = a" + ")" * 3_000)) == "site = a"


# Properties.

WORDS = ["and", "NOT", "a b", '"', "\\", "\x00\n", "shop", "b", "seen", "Buy", "GRÖSSE", "phone"]
WORDS += ["free", "TypeError: x", "POST /api/cart", "GET /api/me 404", "1.2", "CHECKOUT", "500"]
TEXTS = st.text(max_size=8) | st.sampled_from(WORDS)
VALUES = {
    "source": st.sampled_from(["tag", "driven", "import"]),
    **dict.fromkeys(["clicked", "raged"], st.sampled_from([*SELECTORS])),
    **dict.fromkeys(["clicks", "errors", "gaps", "rage"], st.integers(0, 4).map(str)),
    "status": st.sampled_from(["200", "404", "499.5", "503"]),
    "visited": st.sampled_from(["/", "/*", "/products/**", "/products/tent?colour=Red", "tent"])
    | st.sampled_from([ORIGIN, "https://other.example/*", "", "/checkout/"]),
    "width": st.integers(0, 2_000).map(str) | st.sampled_from(["390", "800", "-1.5"]),
    "duration": st.floats(0, 30).map(lambda number: f"{number:.3f}"),
    **dict.fromkeys(
        ["since", "until", "started", "ended"],
        st.datetimes(datetime(2026, 10, 30), datetime(2026, 11, 3)).map(
            lambda at: at.isoformat(timespec="milliseconds")
        )
        | st.sampled_from(["2026-11-01", "2026-11-01 12:00"]),
    ),
}
NAMES = st.sampled_from([*FIELDS, "trait.plan", "trait.größe"]) | st.text(min_size=1).map(
    lambda name: "trait." + name
)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    name = draw(NAMES)
    field = find_field(name)
    assert field
    operator = draw(st.sampled_from(field.operators))
    value = draw(VALUES.get(name, TEXTS))
    return Comparison(name, operator, value, field.condition(operator, value))


def _joined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, parts) | st.builds(AllOf, several) | st.builds(AnyOf, several)


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(comparisons(), _joined, max_leaves=8)


@given(EXPRESSIONS)
def test_the_index_finds_what_the_expression_means(visits: Store, expression: Expression) -> None:
    expected = {visit.id for visit in (VISIT, *OTHERS) if fits(expression, visit)}
    assert matching(visits, expression) == expected


@given(EXPRESSIONS)
def test_what_is_written_is_read_back(expression: Expression) -> None:
    assert parse(str(expression)) == expression


PIECES = ["device", "trait.", "trait.a", "and", "or", "not", "(", ")", "=", "!", "~", "<", '"', "'"]
PIECES += ["\\", " ", "2026-11-01", "width", "/a*", "日", "\x00", "\u2028", "\ud800"]


@given(st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_any_text_is_an_expression_or_wrong_use(text: str) -> None:
    try:
        outcome: Expression | WrongUse = parse(text)
    except WrongUse as error:
        outcome = error
    if isinstance(outcome, WrongUse):
        assert outcome.message
        assert len(outcome.next_step.splitlines()) in (1, 3)
    else:
        assert parse(str(outcome)) == outcome


# Devices.


@pytest.mark.parametrize(
    ("width", "environment", "found"),
    [
        (390, TOUCH, "phone"),
        (599, TOUCH, "phone"),
        (600, TOUCH, "tablet"),
        (1440, TOUCH, "tablet"),
        (390, {"pointer": "fine", "hover": True}, "laptop"),
        (1280, {"pointer": "coarse", "hover": True}, "laptop"),
        (1365, {}, "laptop"),
        (1366, {}, "desktop"),
        (None, TOUCH | {"inner": [412, 900]}, "phone"),
        (0, TOUCH | {"inner": [412, 900]}, "phone"),
        (None, TOUCH, None),
        (None, {"inner": "412"}, None),
        (None, {"inner": []}, None),
        (None, {"inner": [None, 3]}, None),
        (99_999, {}, None),
    ],
)
def test_device_class(width: int | None, environment: dict[str, Any], found: str | None) -> None:
    assert device_class(document(width, environment)) == found


def test_a_named_device_is_not_guessed(visits: Store) -> None:
    assert found(visits, 'device = "iphone 13" and device ~ phone') == {"session-2"}
    assert found(visits, "device = phone") == {"session-1"}


def test_the_first_document_that_tells_gives_the_class(store: Store, site: Site) -> None:
    touch = custom("heatwright/environment", TOUCH, 1)
    silent = batch(site.write_key, [touch], document="document-0", started_at=NOW - 5)
    store.accept(silent, source="tag")
    assert found(store, 'device = ""') == {"session-1"}
    told = batch(site.write_key, [meta(0, width=768), custom("heatwright/environment", TOUCH)])
    store.accept(told, source="tag")
    late = batch(site.write_key, [meta(9, width=1440)], document="document-2", started_at=NOW + 9)
    store.accept(late, source="tag")
    assert found(store, "device = tablet") == {"session-1"}


# Reading from a store.


def test_filtering_the_sessions_of_a_store(store: Store, site: Site) -> None:
    touch = custom("heatwright/environment", TOUCH, 1)
    on_phone = [meta(), touch, route(5, ORIGIN + "/checkout")]
    on_desktop = [meta(0, ORIGIN + "/", 1440, 900)]
    for number, events in enumerate((on_phone, on_desktop)):
        names = {"session": f"session-{number}", "document": f"document-{number}"}
        store.accept(batch(site.write_key, events, **names), source="tag")

    def kept(where: str | None) -> set[str]:
        keep = session_filter(store, where)
        return {session.id for session in store.sessions() if keep(session)}

    assert kept(None) == {"session-0", "session-1"}
    assert kept("device = phone") == kept("visited = /checkout") == {"session-0"}
    assert kept("device = desktop and width >= 1440") == {"session-1"}
    today = datetime.fromtimestamp(NOW / 1000, UTC).date()
    assert kept(f"site = shop and since = {today}") == {"session-0", "session-1"}


def test_a_filter_says_at_once_what_is_wrong(store: Store) -> None:
    with pytest.raises(WrongUse):
        session_filter(store, "devise = phone")
    with pytest.raises(WrongUse):
        session_filter(store, "")


# The page for users.


@pytest.fixture(scope="module")
def page(project_root: Path) -> str:
    return (project_root / "docs" / "expressions.md").read_text(encoding="utf-8")


def test_the_table_has_every_field_as_it_is(page: str) -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (`[^|]*`) \| ([^|]+) \|", page, re.MULTILINE)
    told = {name: (tuple(re.findall("`([^`]+)`", signs)), kind) for name, signs, kind in rows}
    trait = find_field("trait.NAME")
    assert trait
    assert told == {
        field.name: (field.operators, field.values) for field in (*FIELDS.values(), trait)
    }


def test_every_example_is_an_expression(page: str) -> None:
    block = page.partition("## Examples")[2].partition("```\n")[2].partition("```")[0]
    examples = block.splitlines()
    examples += re.findall(r"--where '([^'\n]+)'", page)
    examples += re.findall(r"`([\w.\"]+ (?:[=<>~]|!=|<=|>=) [^`]+)`", page)
    assert len(examples) > 15
    for example in examples:
        assert str(parse(example))


def test_what_is_kept_of_presses_is_as_told(page: str) -> None:
    clicks = page.partition("**Clicks**")[2].partition("**Rage**")[0]
    told = re.findall("`([^`]+)`", clicks.partition("the attributes")[2].partition(", what")[0])
    assert tuple(told) == SELECTED_ATTRIBUTES
    assert f"{limits.INDEX_TEXT_CHARS}\ncharacters at most" in clicks
    rage = " ".join(page.partition("**Rage** is ")[2].split())
    assert rage.startswith(f"{RAGE_PRESSES} presses or more, each less than {RAGE_GAP_MS} ms")
    assert f"nearer than {RAGE_PX} px" in rage


def test_the_limits_and_classes_are_as_told(page: str) -> None:
    assert f"{MAX_CHARS:,} characters and {MAX_LEVELS} levels" in page
    for name, kind in (("phone", TOUCH), ("tablet", TOUCH), ("laptop", {}), ("desktop", {})):
        told = re.search(rf"^\| `{name}` \|.*\| (below|from) (\d+) \|$", page, re.MULTILINE)
        assert told
        width = int(told[2]) - (told[1] == "below")
        assert device_class(document(width, kind)) == name
