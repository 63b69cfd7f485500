"""Text to tree: `parse`."""

from __future__ import annotations

from functools import cache
from typing import Final

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from recorder.errors import WrongUse
from recorder.expressions.faults import wrong_at
from recorder.expressions.fields import (
    FIELDS,
    TRAIT_PREFIX,
    Field,
    find_field,
    nearest_field,
)
from recorder.expressions.kinds import Operator
from recorder.expressions.nodes import AllOf, AnyOf, Comparison, Expression, Not
from recorder.expressions.values import BARE_WORD, KEYWORD, QUOTED, BadValue, unquote

__all__ = ["MAX_CHARS", "MAX_LEVELS", "parse"]

MAX_CHARS: Final = 10_000
"""Characters of an expression: what a person writes has 200, a list of sessions some thousands."""

MAX_LEVELS: Final = 50
"""Levels of `and`, `or`, `not` inside each other; deeper trees would exhaust Python's stack."""

_GRAMMAR = rf"""
?start: any_of
?any_of: all_of (_OR all_of)*
?all_of: _one (_AND _one)*
_one: negation | comparison | "(" any_of ")"
negation: NOT _one
comparison: FIELD OPERATOR (QUOTED | WORD)

_AND.2: /and(?![^\s()"'])/i
_OR.2: /or(?![^\s()"'])/i
NOT.2: /not(?![^\s()"'])/i
FIELD: /trait\.(?:{QUOTED})|(?!{KEYWORD})[^\W\d][\w.-]*/s
OPERATOR: /[=!<>~]+/
QUOTED: /{QUOTED}/s
WORD: /{BARE_WORD}/
%ignore /\s+/
"""

_FORM = "Write FIELD OPERATOR VALUE, such as: device = phone"


def parse(text: str) -> Expression:
    """The filter that `text` describes; the module's package and docs have the grammar.

    Raises WrongUse, with the place, for what is no expression: a slip in the
    grammar, an unknown field, an operator or value that the field does not take.
    """
    if not text.strip():
        raise WrongUse("The expression is empty.", _FORM)
    if len(text) > MAX_CHARS:
        raise WrongUse(
            f"The expression has {len(text):,} characters; {MAX_CHARS:,} are the most.",
            "Filter by a trait, a date or a page instead of listing sessions.",
        )
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _misplaced(text, error) from None
    return _build(text, tree, 1)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr")


def _build(text: str, tree: Tree[Token], level: int) -> Expression:
    if level > MAX_LEVELS:
        message = f"The expression is nested more than {MAX_LEVELS} levels deep."
        raise wrong_at(text, _start(tree), message, "Leave out brackets that change nothing.")
    if tree.data == "comparison":
        return _compare(text, *(token for token in tree.children if isinstance(token, Token)))
    branches = (branch for branch in tree.children if isinstance(branch, Tree))
    parts = tuple(_build(text, branch, level + 1) for branch in branches)
    if tree.data == "negation":
        return Not(parts[0])
    return AllOf(parts) if tree.data == "all_of" else AnyOf(parts)


def _start(tree: Tree[Token]) -> int:
    """Where the first token of `tree` begins."""
    first: Tree[Token] | Token = tree
    while isinstance(first, Tree):
        first = first.children[0]
    return first.start_pos or 0


def _compare(text: str, name: Token, sign: Token, value: Token) -> Comparison:
    full_name, field = _field(text, name)
    operator = _operator(text, full_name, field, sign)
    try:
        plain = unquote(value) if value.type == "QUOTED" else str(value)
        return Comparison(full_name, operator, plain, field.condition(operator, plain))
    except BadValue as error:
        raise wrong_at(
            text, (value.start_pos or 0) + error.offset, error.message, error.advice
        ) from None


def _field(text: str, token: Token) -> tuple[str, Field]:
    place = token.start_pos or 0
    name = str(token)
    if name.endswith(("'", '"')):
        try:
            name = TRAIT_PREFIX + unquote(name.removeprefix(TRAIT_PREFIX))
        except BadValue as error:
            place += len(TRAIT_PREFIX) + error.offset
            raise wrong_at(text, place, error.message, error.advice) from None
    field = find_field(name)
    if field:
        return name, field
    near = nearest_field(name)
    hint = f"Did you mean {near}? " if near else ""
    raise wrong_at(
        text,
        place,
        f"There is no field {name[:80]!r}.",
        f"{hint}The fields are {', '.join(FIELDS)} and {TRAIT_PREFIX}NAME.",
    )


def _operator(text: str, name: str, field: Field, token: Token) -> Operator:
    usable = f"With {name[:80]} use {' '.join(field.operators)}"
    place = token.start_pos or 0
    if token not in set(Operator):
        raise wrong_at(text, place, f"There is no operator {str(token)[:80]!r}.", f"{usable}.")
    operator = Operator(token)
    if operator not in field.operators:
        message = f"{name[:80]} cannot be compared by {operator}."
        raise wrong_at(text, place, message, f"{usable}.")
    return operator


def _misplaced(text: str, error: UnexpectedInput) -> WrongUse:
    """The error for the place where `text` stops being an expression."""
    place, expected = len(text.rstrip()), set[str]()
    if isinstance(error, UnexpectedToken):
        expected = set(error.expected)
        if error.token.type != "$END":
            place = error.token.start_pos or 0
    elif isinstance(error, UnexpectedCharacters):
        expected = set(error.allowed)
        # Always a number here; lark declares it as None, for the base class has none.
        place = getattr(error, "pos_in_stream", place)
    message, advice = _explained(text[place : place + 1], expected)
    return wrong_at(text, place, message, advice)


def _explained(found: str, expected: set[str]) -> tuple[str, str]:
    """Message and advice for `found` ("" at the end) where one of `expected` should be."""
    if "WORD" in expected:
        if found and found in "\"'":
            return "This quote is never closed.", f"Write another {found} where the text ends."
        advice = 'Write one after the operator; "…" around it lets it hold anything.'
        return "A value is missing here.", advice
    if "OPERATOR" in expected:
        return "An operator is missing here.", _FORM
    if "FIELD" in expected:
        return "A comparison is missing here.", _FORM
    if not found:
        return "A bracket is never closed.", "Write ) where it ends."
    if found == ")":
        return "This bracket was never opened.", "Leave it out, or write ( where it begins."
    advice = 'Join comparisons by and, or; put a value in "…" if it has spaces, brackets or quotes.'
    return "This does not belong here.", advice
