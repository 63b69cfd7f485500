"""Style sheets, rules and declarations: see `recorder/client/redact/css.ts`.

Expressions are the tag's, but that letters of names are given in both cases where Python is
faster so. What cannot change a sheet is told by cheap looks before: most sheets pass.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable

from recorder import limits
from recorder.masking.css_strings import STRING, drop_comments, sub_near, sub_strings
from recorder.masking.passed_sheets import PassedSheets
from recorder.masking.patterns import mask_patterns
from recorder.masking.script_regex import script_regex
from recorder.masking.text import mask_text

__all__ = ["Css"]

_ANY_COMMENT = re.compile(r"/\*(?! rr_split )")

_URL = r"[uU][rR][lL]\(\s*"
_URL_IN_CSS = rf"(@[iI][mM][pP][oO][rR][tT]\s+(?:{_URL})?|{_URL})({STRING}|[^)\"'\s]*)"
_URLS = script_regex(_URL_IN_CSS)
_URLS_AND_FONTS = script_regex(rf"@font-face\s*\{{[^}}]*|@namespace[^;]*|{_URL_IN_CSS}", "i")
_IMAGE_SET = script_regex(r"image-set\([^;}]*", "i")
_CUT_URL = script_regex(r"[?#@]|^\s*data:", "i")

_BEGINNINGS = ("url(", "@import", "@font-face", "@namespace")

_NAMES = (
    r"\b(?:content|quotes|symbols|(?:pre|suf)fix|negative|pad|list-style(?:-type)?|"
    r"text-(?:overflow|emphasis(?:-style)?)|hyphenate-character|initial-value)"
)
# A custom property's name without a value is matched, too, so that it is passed over at once.
_CUSTOM = r"""--[^\s:;{}()"']+"""
_NAME = script_regex(rf"(?:{_CUSTOM}|{_NAMES})(\s*:)?", "i")
_VALUE = rf"""\s*:(?:[^;}}"'\\]+|\\[^]|{STRING})*"""
_DRAWN = script_regex(rf"{_CUSTOM}(?:{_VALUE})?|{_NAMES}{_VALUE}", "i")
_FONTS = script_regex(rf"@font-face\s*\{{[^}}]*|@namespace[^;]*|{_URL_IN_CSS}", "i")
_IMAGE_SET = script_regex(r"image-set\([^;}]*", "i")
_CUT_URL = script_regex(r"[?#@]|^\s*data:", "i")

_BEGINNINGS = ("url(", "@import", "@font-face", "@namespace")

_NAMES = (
    r"\b(?:content|quotes|symbols|(?:pre|suf)fix|negative|pad|list-style(?:-type)?|"
    r"text-(?:overflow|emphasis(?:-style)?)|hyphenate-character|initial-value)"
)
# A custom property's name without a value is matched, too, so that it is passed over at once.
_CUSTOM = r"""--[^\s:;{}()"']+"""
_NAME = script_regex(rf"(?:{_CUSTOM}|{_NAMES})(\s*:)?", "i")
_VALUE = rf"""\s*:(?:[^;}}"'\\]+|\\[^]|{STRING})*"""
_DRAWN = script_regex(
    rf"""--[^\s:;{{}}()"']+(?:{_VALUE})?|\b(?:content|quotes|symbols|(?:pre|suf)fix|negative|pad|"""
    r"""list-style(?:-type)?|text-(?:overflow|emphasis(?:-style)?)|hyphenate-character|"""
    rf"""initial-value){_VALUE}""",
    "i",
)
_FONTS = script_regex(
    r",\s*(?:(?:ui-)?(?:sans-serif|serif|monospace|rounded)|system-ui|cursive|fantasy|emoji)\b", "i"
)
_CLOSED_URL = re.compile(r"[uU][rR][lL]\([^)]*\)")


class Css:
    """`resource` cuts a URL, `drop_pictures` leaves only fonts and style sheets.

    `fonts` gives the names of fonts that custom properties may hold; it is asked when needed.
    `passed` knows sheets that need not be looked through again.
    Masking again changes nothing.
    """

    def __init__(
        self,
        resource: Callable[[str], str],
        drop_pictures: bool,
        fonts: Callable[[], frozenset[str]],
        passed: PassedSheets,
    ) -> None:
        self._resource = resource
        self._drop_pictures = drop_pictures
        self._fonts = fonts
        self._passed = passed
        self._asked_fonts = False

    def text(self, css: str, hides: bool) -> str:
        """A style sheet, a rule, or the declarations of a `style` attribute."""
        name = self._passed.name(css, hides)
        if name and self._passed.has(name):
            return css
        if css.count('"') + css.count("'") > limits.WALL_QUOTES:
            return ""
        self._asked_fonts = False
        masked = drop_comments(css) if "/*" in css and _ANY_COMMENT.search(css) else css
        if "(" in masked or "@" in masked:
            masked = self._urls(masked)
        if '"' in masked or "'" in masked:
            masked = self._strings(masked, _mask_letters if hides else mask_patterns)
        # Whether a string is a font's name is for each batch to say.
        if name and masked == css and not self._asked_fonts:
            self._passed.remember(name)
        return masked

    def value(self, name: str, value: str, hides: bool) -> str:
        """The value of the property `name`."""
        before = f"{'@font-face{' if name == 'src' else ''}{name}:"
        return self.text(before + value, hides)[len(before) :]

    def _url(self, quoted: str, is_picture: bool) -> str:
        closed = len(quoted) > 1 and quoted[0] == quoted[-1] and quoted[0] in "\"'"
        quote, href = (quoted[0], quoted[1:-1]) if closed else ("", quoted)
        if self._drop_pictures and is_picture and href[:1] != "#":
            return quote + quote
        return quote + self._resource(href) + quote if _CUT_URL.search(href) else quoted

    def _urls(self, css: str) -> str:
        if self._drop_pictures:
            css = sub_near(_URLS_AND_FONTS, _BEGINNINGS, self._one_url, css)
        else:
            css = sub_near(_URLS, _BEGINNINGS[:2], self._one_url, css)
        return sub_near(_IMAGE_SET, ("image-set(",), self._image_set, css)

    def _image_set(self, found: re.Match[str]) -> str:
        return sub_strings(found[0], lambda one: self._url(one, True))

    def _one_url(self, found: re.Match[str]) -> str:
        if found[1] is None:
            return _URLS.sub(lambda one: one[1] + self._url(one[2], False), found[0])
        return found[1] + self._url(found[2], found[1][0] != "@")

    def _strings(self, css: str, mask: Callable[[str], str]) -> str:
        if "\\;" in css or "\\}" in css:
            return _DRAWN.sub(lambda found: self._drawn(found[0], mask), css)
        done: list[str] = []
        kept_to = at = 0
        # Only declarations with strings count, which are few.
        double = single = -1
        while True:
            if double < at:
                double = _found(css, '"', at)
            if single < at:
                single = _found(css, "'", at)
            to = min(double, single)
            if to == len(css):
                break
            start = max(css.rfind(";", at, to), css.rfind("}", at, to), at - 1) + 1
            name = next((one for one in _NAME.finditer(css, start, to) if one[1]), None)
            found = _DRAWN.match(css, name.start()) if name else None
            at = to + 1
            if found:
                done += (css[kept_to : found.start()], self._drawn(found[0], mask))
                kept_to = found.end()
                at = max(at, kept_to)
        return "".join((*done, css[kept_to:])) if done else css

    def _drawn(self, declaration: str, mask: Callable[[str], str]) -> str:
        is_custom = declaration[0] == "-"
        is_list: bool | None = None

        def one(quoted: str) -> str:
            nonlocal is_list
            masked = mask(quoted)
            if masked == quoted or not is_custom:
                return masked
            if is_list is None:
                is_list = bool(_FONTS.search(_without_strings(declaration)))
            if not is_list:
                self._asked_fonts = True
            is_font = is_list or quoted[1:-1] in self._fonts()
            return mask_patterns(quoted) if is_font else masked

        return sub_strings(declaration, one)


def _found(css: str, sign: str, at: int) -> int:
    """Where `sign` next is; the end if it is not."""
    found = css.find(sign, at)
    return found if found >= 0 else len(css)


def _without_strings(css: str) -> str:
    """Nor with anything in `url(…)`."""
    return _CLOSED_URL.sub("", sub_strings(css, lambda _: ""))


_LETTERS = script_regex(r"\\([\da-fA-F]{1,6})\s?|\\[^]|[\dA-Za-z\u0080-\U0010ffff]+")
r"""`/\\([\da-f]{1,6})\s?|\\[^]|[\p{L}\p{M}\p{N}]+/iu`; `_letter` looks at signs beyond ASCII."""


def _mask_letters(string: str) -> str:
    """Letters and digits only: what icon fonts draw is neither, and tells nothing."""
    return _LETTERS.sub(_letter, string)


def _letter(found: re.Match[str]) -> str:
    run = found[0]
    if run[0] != "\\":
        if run.isascii():
            return "*" * len(run)
        return "".join(mask_text(sign) if _is_letter(sign) else sign for sign in run)
    code = int(found[1], 16) if found[1] else sys.maxunicode + 1
    meant = chr(code) if code <= sys.maxunicode else run[1:]
    return "*" if any(map(_is_letter, meant)) else run


def _is_letter(sign: str) -> bool:
    """One that Python does not know counts as a letter: browsers may know it."""
    category = unicodedata.category(sign)
    return category[0] in "LMN" or category == "Cn"
