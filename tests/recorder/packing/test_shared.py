"""A dictionary holds nothing but what three people had, whole and in that order."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.store.packing.shared import SEPARATOR, Sample, shared_runs
from tests.recorder.packing.pages import CSS

BUDGET = 1 << 20


def keeps_the_promise(samples: list[Sample], body: bytes) -> bool:
    """Each run was had by three people: not only its words, also their order."""
    return all(
        len({sample.person for sample in samples if run in sample.text}) >= 3
        for run in body.split(SEPARATOR)
        if run
    )


# Few words and few people, so that everything is shared by one, two, three or all of them.
WORDS = st.sampled_from(["anna", "bo", "smith", "card", "42", "x" * 30, "a;b}c;" * 60, '\\"id', ""])
TEXTS = st.lists(
    st.lists(
        st.sampled_from(['{"textContent":"', '"},', '"id":', "-1", "12345", "[", "]", ","]) | WORDS,
        max_size=25,
    ).map(lambda parts: "".join(parts).encode()),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(TEXTS, st.lists(st.sampled_from("abcde"), min_size=8, max_size=8), st.integers(1, 3))
def test_every_run_is_of_three_people(texts: list[bytes], people: list[str], times: int) -> None:
    # Texts that repeat, whole or in part, as pages do.
    texts = (texts + [b"".join(texts)] * 3)[:8] * times
    samples = [Sample(people[n % 8], text) for n, text in enumerate(texts)]
    assert keeps_the_promise(samples, shared_runs(samples, BUDGET))


def page(greeting: str, *, extra: str = "") -> bytes:
    items = ",".join(f'{{"type":3,"textContent":"item number {n}","id":1}}' for n in range(30))
    return (
        f'[2,0,{{"style":"{CSS}","node":[{{"textContent":"{greeting}","id":1}},{items}{extra}]}}]'
    ).encode()


def test_what_all_have_is_in_and_what_is_personal_is_not() -> None:
    people = ["Ada Lovelace", "Grace Hopper", "Mary Shelley", "Emmy Noether"]
    samples = [Sample(name, page(f"Hello {name}, 3 in your basket")) for name in people]
    body = shared_runs(samples, BUDGET)
    assert keeps_the_promise(samples, body)
    assert len(body) > 0.9 * len(samples[0].text)
    assert not any(re.search(word.encode(), body) for name in people for word in name.split())


def test_what_two_have_is_in_no_dictionary() -> None:
    """Two visitors with the same secret, however often each shows it."""
    secret = "the same secret words of two"
    samples = [Sample(name, page(secret)) for name in ("one", "two") * 4]
    samples += [Sample(name, page(f"words of {name}")) for name in ("three", "four")]
    body = shared_runs(samples, BUDGET)
    assert b"item number 7" in body
    assert b"secret" not in body
    samples.append(Sample("five", page(secret)))
    assert secret.encode() in shared_runs(samples, BUDGET)


def test_words_that_many_have_do_not_betray_who_has_them_together() -> None:
    """`Anna` is common, `Schmidt` is common; only one person is Anna Schmidt."""

    def named(first: str, last: str) -> bytes:
        return page("Hello", extra=f',{{"first":"{first}"}},{{"last":"{last}"}}')

    names = [("Anna", "Schmidt")]
    names += [("Anna", last) for last in ("Weber", "Wolf", "Klein")]
    names += [(first, "Schmidt") for first in ("Jonas", "Mia", "Paul")]
    samples = [Sample(f"{n}", named(*name)) for n, name in enumerate(names)]
    body = shared_runs(samples, BUDGET)
    assert keeps_the_promise(samples, body)
    assert b"Anna" in body and b"Schmidt" in body
    assert not re.search(rb"Anna[^\0]*Schmidt", body)
    # Nor by standing side by side: no text decides the order of runs.
    runs = body.split(SEPARATOR)
    assert [len(run) for run in runs] == sorted(len(run) for run in runs)


def test_fewer_than_three_people_share_nothing() -> None:
    assert shared_runs([], BUDGET) == b""
    assert shared_runs([Sample(name, page("x")) for name in "aabb"], BUDGET) == b""


def test_the_longest_runs_are_kept_within_the_budget() -> None:
    samples = [Sample(name, page(f"Hello {name}")) for name in ("ann", "bob", "cyd")]
    whole = shared_runs(samples, BUDGET)
    longest = whole.split(SEPARATOR)[-1]
    less = shared_runs(samples, len(longest) + 1)
    assert less == longest
    assert shared_runs(samples, 10) == b""
