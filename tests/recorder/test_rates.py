"""How fast requests may come: buckets, whose they are, and what a flood gets."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from recorder import limits
from recorder.callers import Callers
from recorder.collector import serving
from recorder.rates import Buckets, Throttle
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import body, move
from tests.recorder.posting import post


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_so_many_a_second() -> None:
    clock = Clock()
    buckets = Buckets(1_000, 100, clock=clock)
    assert [buckets.take("one") for _ in range(1_000)] == [0.0] * 1_000
    wait = buckets.take("one")
    assert 0 < wait <= 0.01 + 1e-6
    assert buckets.take("other") == 0
    clock.now += wait
    assert buckets.take("one") == 0
    assert buckets.take("one") > 0
    clock.now += 3_600
    assert [buckets.take("one") for _ in range(1_001)].count(0.0) == 1_000


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 5), st.integers(1, 5))
def test_no_second_lets_more_through_than_it_may(steps: list[float], burst: int, rate: int) -> None:
    """Over any time, at most the burst and what has run in meanwhile; and the wait is honest."""
    clock = Clock()
    buckets = Buckets(burst, rate, clock=clock)
    began = clock.now
    for passed, step in enumerate(steps, 1):
        clock.now += step
        wait = buckets.take("x")
        if wait:
            clock.now += wait + 1e-9
            assert buckets.take("x") == 0
        assert passed <= burst + (clock.now - began) * rate + 1e-6


@pytest.mark.parametrize("count", [60_000, pytest.param(1_000_000, marks=pytest.mark.prove)])
def test_made_up_names_cost_no_memory(count: int) -> None:
    """Sizes are added up: of this process, other tests grow and shrink the memory, too."""

    def cost(buckets: Buckets) -> int:
        held = buckets._full_at
        return sys.getsizeof(held) + sum(
            sys.getsizeof(name) + sys.getsizeof(at) for name, at in held.items()
        )

    buckets = Buckets(300, 10, size=5_000)
    early = 0
    for number in range(count):
        assert buckets.take(secrets.token_hex(8)) == 0
        if number == 10_000:
            early = cost(buckets)
    assert len(buckets) == 5_000
    assert cost(buckets) <= early * 1.1
    assert cost(buckets) / 5_000 < 400


def test_names_are_not_kept_and_mean_nothing_elsewhere() -> None:
    one, other = Buckets(1, 1), Buckets(1, 1)
    one.take("203.0.113.9")
    other.take("203.0.113.9")
    assert b"203.0.113.9" not in repr(one._full_at).encode()
    assert list(one._full_at) != list(other._full_at)


@pytest.mark.parametrize(
    ("trusted", "said", "expected"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (3, "203.0.113.9, 10.0.0.1", "192.0.2.1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "rubbish", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, ",,,", "192.0.2.1"),
    ],
)
def test_whose_request_it_is(trusted: int, said: str | None, expected: str) -> None:
    headers = {} if said is None else {"X-Forwarded-For": said}
    request = make_mocked_request("POST", "/", headers=headers).clone(remote="192.0.2.1")
    assert Callers(trusted).address(request) == expected


def test_several_headers_are_one_list() -> None:
    headers = CIMultiDict[str]()
    headers.add("X-Forwarded-For", "203.0.113.9")
    headers.add("X-Forwarded-For", "10.0.0.1")
    request = make_mocked_request("POST", "/", headers=headers).clone(remote="192.0.2.1")
    assert Callers(2).address(request) == "203.0.113.9"


def test_an_untold_proxy_is_noticed_once(caplog: pytest.LogCaptureFixture) -> None:
    callers = Callers(0)
    request = make_mocked_request("POST", "/", headers={"X-Forwarded-For": "203.0.113.9"})
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            callers.address(request)
    assert len(caplog.records) == 1
    assert "--trusted-proxies 1" in caplog.text and "203.0.113.9" not in caplog.text


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets that a test can empty, and that hardly fill meanwhile."""
    for name, burst in (("ADDRESS", 40), ("SENDER", 20), ("SESSION", 10)):
        monkeypatch.setattr(limits, f"{name}_BURST", burst)
        monkeypatch.setattr(limits, f"{name}_PER_SECOND", 0.01)


async def flood(
    client: aiohttp.ClientSession, base_url: str, key: str, count: int, **changes: str
) -> list[tuple[int, Any, Any]]:
    texts = [body(key, [move(n)], sequence=n, **changes) for n in range(count)]
    return list(await asyncio.gather(*(post(client, base_url, text) for text in texts)))


@pytest.mark.usefixtures("small")
async def test_a_flood_of_one_session_or_key_leaves_others_alone(
    client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    second = store.sites.add_key("shop").key
    async with serving(store, fetch_assets=False) as base_url:
        replies = await flood(client, base_url, site.write_key, 13)
        statuses = [status for status, _, _ in replies]
        assert (statuses.count(202), statuses.count(429)) == (10, 3)
        refused = next(one for one in replies if one[0] == 429)
        assert refused[1]["error"]["reason"] == "rate_limited"
        # Full again in a hundred seconds; and the tag, of another origin, can read it.
        assert 90 <= int(refused[2]["Retry-After"]) <= 101
        assert refused[2]["Access-Control-Expose-Headers"] == "Retry-After"
        # The same key with another session, until the key's bucket is empty as well.
        names = {"session": "session-2", "document": "document-2"}
        replies = await flood(client, base_url, site.write_key, 9, **names)
        assert [status for status, _, _ in replies].count(202) == 7
        # Another key from the same address.
        names = {"session": "session-3", "document": "document-3"}
        (only,) = await flood(client, base_url, second, 1, **names)
        assert only[0] == 202
    assert len(store.events("document-1")) == 10


@pytest.mark.usefixtures("small")
async def test_an_address_is_stopped_before_its_body_is_read(
    client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    async with serving(store, fetch_assets=False, trusted_proxies=1) as base_url:
        rubbish = [
            post(client, base_url, b"rubbish", X_Forwarded_For="203.0.113.9") for _ in range(45)
        ]
        statuses = [status for status, _, _ in await asyncio.gather(*rubbish)]
        assert (statuses.count(400), statuses.count(429)) == (40, 5)
        for address, expected in (("203.0.113.9", 429), ("203.0.113.10", 202)):
            text = body(site.write_key)
            status, _, _ = await post(client, base_url, text, X_Forwarded_For=address)
            assert status == expected
        headers = {"X-Forwarded-For": "203.0.113.9"}
        async with client.get(f"{base_url}/v1/sessions", headers=headers) as response:
            assert response.status == 429 and "Retry-After" in response.headers
        async with client.get(f"{base_url}/healthz", headers=headers) as response:
            assert response.status == 200


@pytest.mark.usefixtures("small")
async def test_where_a_proxy_limits_rates_the_collector_need_not(
    client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    async with serving(store, fetch_assets=False, rate_limits=False) as base_url:
        replies = await flood(client, base_url, site.write_key, 50)
    assert {status for status, _, _ in replies} == {202}


def test_the_documented_figures_hold() -> None:
    throttle = Throttle()
    waits = [throttle.wait_of_batch("key", "address", f"s-{n}") for n in range(1_100)]
    assert waits.count(0) >= 1_000 and waits[-1] == 1
    assert throttle.wait_of_batch("other key", "address", "s") == 0
    assert throttle.wait_of_batch("key", "other address", "s") == 0
