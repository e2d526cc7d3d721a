"""What a biller should do about an edit: its hints, read from its code, with `…` for a claim's values."""

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import product
from typing import Final

from worker.edits.edit import AnyEdit

OTHERWISE: Final = (
    "The finding shows under `To do` what to enter, since that depends on the claim; the accepted example is correct."
)
_FEWEST_WORDS: Final = 3


def hints_of(edit: AnyEdit) -> tuple[str, ...]:
    """The sentences that the edit may say, in the order of its code; one that leads to them where it has none."""
    module = sys.modules.get(edit.module)
    tree = ast.parse(inspect.getsource(module)) if module else ast.Module([], [])
    given = (
        keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "hint"
    )
    texts = (text for expression in given for text in _texts(expression, tree))
    return tuple(dict.fromkeys(text for text in texts if len(text.split()) >= _FEWEST_WORDS)) or (OTHERWISE,)


def _texts(expression: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression can produce; a name stands for all that the module assigns to it."""
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, tree)
            yield from _texts(other, tree)
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            yield from map("".join, product(_texts(left, tree), _texts(right, tree)))
        case ast.Name(id=name):
            for node in ast.walk(tree):
                if isinstance(node, ast.Assign) and any(
                    isinstance(to, ast.Name) and to.id == name for to in node.targets
                ):
                    yield from _texts(node.value, tree)
