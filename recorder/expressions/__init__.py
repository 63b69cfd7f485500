"""EXPR: filters over sessions, `device = phone and not trait.plan = "paying"`.

    text → grammar → nodes (a tree of comparisons) → where (SQL over the index)

`docs/expressions.md` is the description for users. Each step has a module:
`grammar` reads the text, `fields` knows what can be compared, `kinds` how,
`nodes` is the tree, `conditions` are its leaves as SQL, `lookup` matches page
patterns and selectors. `recorder.index.searching` asks.
"""

from __future__ import annotations

from recorder.expressions.fields import FIELDS, Field, find_field
from recorder.expressions.grammar import parse
from recorder.expressions.lookup import Lookup
from recorder.expressions.nodes import AllOf, AnyOf, Comparison, Expression, Not

__all__ = [
    "FIELDS",
    "AllOf",
    "AnyOf",
    "Comparison",
    "Expression",
    "Field",
    "Lookup",
    "Not",
    "find_field",
    "parse",
]
