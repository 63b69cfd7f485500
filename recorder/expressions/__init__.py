"""EXPR: filters over sessions, `device = phone and not trait.plan = "paying"`.

    text → grammar → nodes (a tree of comparisons) → matches(facts of a session)

`docs/expressions.md` is the description for users. Each step has a module:
`grammar` reads the text, `fields` knows what can be compared, `kinds` how,
`nodes` is the tree, `facts` reads of a session what the tree asks for.
"""

from __future__ import annotations

from recorder.expressions.facts import SessionFacts
from recorder.expressions.fields import FIELDS, Field, find_field
from recorder.expressions.grammar import parse
from recorder.expressions.nodes import AllOf, AnyOf, Comparison, Expression, Not

__all__ = [
    "FIELDS",
    "AllOf",
    "AnyOf",
    "Comparison",
    "Expression",
    "Field",
    "Not",
    "SessionFacts",
    "find_field",
    "parse",
]
