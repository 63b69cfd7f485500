"""Bytes of recordings at rest: 200 visits to the fixture shop, one of them erased."""

from bench.storage.measuring import run

__all__ = ["run"]
