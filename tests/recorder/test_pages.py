from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.pages import fold_route, match_page, page_key

segments = st.text("abcxyz-_.~09éß日%*", min_size=1, max_size=6)
paths = st.lists(segments, max_size=5).map(lambda parts: "/" + "/".join(parts))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://shop.example", "/"),
        ("https://shop.example/?q=1#top", "/"),
        ("https://shop.example/a/b/", "/a/b"),
        ("https://shop.example//a///b", "/a/b"),
        ("/a%2fb/%7Ejo/caf%C3%A9", "/a%2Fb/~jo/café"),
        ("/a%20b", "/a%20b"),
        ("/a b", "/a%20b"),
        ("/%ff%C3", "/%FF%C3"),
        ("/100%", "/100%25"),
        ("/%25%34%31", "/%2541"),
        ("/x?u=http://other/", "/x"),
        ("http://[bad/", "/"),
    ],
)
def test_page_key(url: str, key: str) -> None:
    assert page_key(url) == key


@pytest.mark.parametrize(
    ("pattern", "url", "matches"),
    [
        ("/product/*", "https://shop.example/product/7", True),
        ("/product/*", "/product/7/", True),
        ("/product/*", "/product", False),
        ("/product/*", "/product/7/reviews", False),
        ("/product/**", "/product/7/reviews", True),
        ("/product/**", "/product", True),
        ("/**/reviews", "/a/b/reviews?page=2", True),
        ("/product-*", "/product-7", True),
        ("/product-*", "/product-7/x", False),
        ("product/*", "/product/7", True),
        ("/", "https://shop.example", True),
        ("/*", "/", False),
        ("**", "/any/thing", True),
        ("/search?q=tent", "/search?q=tent", True),
        ("/search?q=tent", "/search?q=boot", False),
        ("/search?a=1&b=2", "/search?b=2&a=1", True),
        ("/search", "/search?q=boot", True),
        ("https://shop.example/a", "https://shop.example:443/a/", True),
        ("https://shop.example/a", "http://shop.example/a", False),
        ("https://shop.example/a", "https://evil-shop.example/a", False),
        ("/a.c", "/abc", False),
        ("/caf%C3%A9", "/café", True),
    ],
)
def test_match_page(pattern: str, url: str, matches: bool) -> None:
    assert match_page(pattern, url) is matches


def test_many_stars_take_no_time() -> None:
    assert not match_page("/**/a" * 60, "/a/b" * 200)


@given(st.text(max_size=60))
def test_key_is_its_own_key(text: str) -> None:
    key = page_key(text)
    assert page_key(key) == key
    assert key == "/" or (key.startswith("/") and not key.endswith("/"))
    assert key.isprintable()


@given(paths)
def test_a_path_matches_itself_with_and_without_slash_and_query(path: str) -> None:
    plain = path.replace("*", "")
    for url in (plain, plain + "/", plain + "?q=1", "https://shop.example" + plain):
        assert match_page(plain, url)
    assert match_page("/**", path)


@given(paths, st.integers(0, 4))
def test_a_star_stands_for_any_one_segment(path: str, place: int) -> None:
    parts = page_key(path).split("/")[1:]
    if parts == [""]:
        return
    pattern = list(parts)
    pattern[place % len(parts)] = "*"
    assert match_page("/" + "/".join(pattern), path)
    assert not match_page("/" + "/".join([*pattern, "*"]), path)


@given(st.text(max_size=40), st.text(max_size=40))
def test_matching_never_raises(pattern: str, url: str) -> None:
    match_page(pattern, url)


def test_fold_route() -> None:
    assert fold_route("/a#top") == "/a"
    assert fold_route("/a#/cart") == "/a#/cart"
    assert fold_route("/a#!cart") == "/a#!cart"
