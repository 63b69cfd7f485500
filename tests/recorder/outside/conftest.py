"""A yard for each test: a folder or a bucket for bodies, and a store that uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder import limits
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import ORIGIN
from tests.recorder.outside.yards import BucketYard, FolderYard, Yard
from tests.support.s3 import Bucketeer, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[Bucketeer]:
    """One object store for all tests of a process."""
    with s3_server() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> FolderYard:
    return FolderYard(tmp_path / "bodies")


@pytest.fixture
def bucket(s3: Bucketeer, monkeypatch: pytest.MonkeyPatch) -> BucketYard:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return BucketYard(s3, s3.bucket())


@pytest.fixture(params=["folder", "bucket"])
def yard(request: pytest.FixtureRequest) -> Yard:
    found: Yard = request.getfixturevalue(request.param)
    return found


@pytest.fixture(autouse=True)
def small_bodies_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of these tests are small."""
    monkeypatch.setattr(limits, "OBJECT_BYTES_MIN", 1)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, yard: Yard, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing is but the tables: SQLite's beside a folder, PostgreSQL's
    beside a bucket, as people will have them."""
    if isinstance(yard, FolderYard):
        shutil.copyfile(request.getfixturevalue("new_store"), tmp_path / "heatwright.db")
        yield f"sqlite:///{tmp_path}/heatwright.db"
        return
    server = request.getfixturevalue("postgres")
    name = server.database(request.getfixturevalue("new_database"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def store(database_url: str, yard: Yard) -> Iterator[Store]:
    with Store.open(database_url, blobs=yard.url) as opened:
        yield opened


@pytest.fixture
def site(store: Store) -> Site:
    return store.sites.add("shop", [ORIGIN])
