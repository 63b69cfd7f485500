"""Every way for a word to get into a recording, and the level that promises to stop it."""

from __future__ import annotations

from tests.client.carriers.attributes import ATTRIBUTES
from tests.client.carriers.carrier import NEVER, Carrier, word
from tests.client.carriers.doings import DOINGS, LEAVING
from tests.client.carriers.forms import FORMS
from tests.client.carriers.patterns import PATTERNS
from tests.client.carriers.styles import STYLES
from tests.client.carriers.texts import TEXTS
from tests.client.carriers.urls import URLS

__all__ = ["CARRIERS", "DOINGS", "FRAME", "HEAD", "LEAVING", "NEVER", "Carrier", "word"]

CARRIERS = [*FORMS, *TEXTS, *ATTRIBUTES, *PATTERNS, *URLS, *STYLES]

HEAD = """
<title>TITLE</title>
<style id=rules>.none::before { content: "x" } .none { color: red }</style>
"""

FRAME = """<!doctype html><title>a frame</title><p id=p>FRAMED</p><input id=field>"""
