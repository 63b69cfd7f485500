"""CSS selectors over what was pressed: an element, and those around it.

The index keeps of each press the chain of elements around it, not the page.
All chains of a store are one tree, in which one XPath finds whatever a
selector fits. What a chain cannot answer (siblings, positions, states) is
refused when the expression is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NoReturn

from cssselect import HTMLTranslator, SelectorError
from cssselect.parser import Attrib, Function, Pseudo, Relation
from cssselect.xpath import ExpressionError, XPathExpr
from lxml import etree

from recorder.expressions.values import BadValue
from recorder.index.mirror import SELECTED_ATTRIBUTES

__all__ = ["Selector"]

_TAG: Final = re.compile(r"[a-z_][a-z0-9_.-]*", re.ASCII)
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Selector:
    """A CSS selector. Raises BadValue for what is none, or cannot be answered."""

    def __init__(self, text: str) -> None:
        try:
            path = _Translator().css_to_xpath(text)
            self._find = etree.XPath(path)
        except (SelectorError, etree.XPathError) as error:
            raise BadValue(
                f"{text[:80]!r} cannot be looked for: {str(error).rstrip('.')}.",
                'Write a selector such as #buy or "form .button[type=submit]", '
                "or search the text that was clicked: clicked ~ buy",
            ) from None

    def fitting(
        self, elements: Iterable[tuple[int, int | None, str, Mapping[str, str]]]
    ) -> set[int]:
        """Ids of those elements that the selector fits, and of all inside them.

        `elements` are id, id of the one around it, tag and attributes; each
        comes after the one around it.
        """
        root = etree.Element("chains")
        built: dict[int, etree._Element] = {}
        around: dict[int, int | None] = {}
        for id, parent_id, tag, attributes in elements:
            holder = root if parent_id is None else built[parent_id]
            node = built[id] = etree.SubElement(holder, _name(tag))
            for name, value in attributes.items():
                node.set(name, value if value.isprintable() else _NO_XML.sub("\ufffd", value))
            around[id] = parent_id
        # lxml gives the same object for a node as long as one is kept.
        ids = {node: id for id, node in built.items()}
        found = {ids[node] for node in self._find(root) if node is not root}
        for id, parent_id in around.items():
            if parent_id in found:
                found.add(id)
        return found


@lru_cache(maxsize=256)
def _name(tag: str) -> str:
    """`tag` as XML takes it: a forged recording may have any text there."""
    return tag if _TAG.fullmatch(tag) else "unknown"


class _Translator(HTMLTranslator):
    """CSS to XPath, without what needs more than an element and those around it."""

    def xpath_attrib(self, selector: Attrib) -> XPathExpr:
        """`[name]` and its kin."""
        if selector.attrib.lower() not in SELECTED_ATTRIBUTES:
            known = ", ".join(SELECTED_ATTRIBUTES)
            raise ExpressionError(f"of the attributes, only these are kept: {known}")
        return super().xpath_attrib(selector)

    def xpath_pseudo(self, pseudo: Pseudo) -> NoReturn:
        """`:hover`, `:first-child`, `:checked`."""
        raise ExpressionError(f":{pseudo.ident} is not known of what was pressed")

    def xpath_function(self, function: Function) -> NoReturn:
        """`:nth-child()`, `:lang()`."""
        raise ExpressionError(f":{function.name}() is not known of what was pressed")

    def xpath_relation(self, relation: Relation) -> NoReturn:
        """`:has()`."""
        raise ExpressionError(":has() is not known of what was pressed, only what is around it")

    def xpath_direct_adjacent_combinator(self, left: XPathExpr, right: XPathExpr) -> NoReturn:
        """`a + b`."""
        raise ExpressionError("the elements beside it (+) are not kept")

    def xpath_indirect_adjacent_combinator(self, left: XPathExpr, right: XPathExpr) -> NoReturn:
        """`a ~ b`."""
        raise ExpressionError("the elements beside it (~) are not kept")
