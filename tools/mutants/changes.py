"""Mutants of a module: its text with one small change each, of the kinds that people get wrong.

A mutant is named by its function and by its line before and after, so that its name survives edits elsewhere. What is
for readers and type checkers only stays as it is: docstrings, annotations, decorators, imports, assertions.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class Name(NamedTuple):
    """What a mutant is known by. `nth` counts where a function has the same line twice."""

    module: str
    function: str
    before: str
    after: str
    nth: int = 1

    def __str__(self) -> str:
        again = f" (the {self.nth}. such line)" if self.nth > 1 else ""
        return f"{self.module} {self.function}{again}\n    - {self.before}\n    + {self.after}"


class Mutant(NamedTuple):
    """A mutant with the whole text of its module."""

    name: Name
    text: str


class Edit(NamedTuple):
    """The characters from `start` to `end` replaced by `new`."""

    start: int
    end: int
    new: str


class Source:
    """The text of a module, and where its nodes stand in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: ast.AST) -> int:
        return self._place(getattr(node, "lineno"), getattr(node, "col_offset"))  # noqa: B009 - not of every node

    def end(self, node: ast.AST) -> int:
        return self._place(getattr(node, "end_lineno"), getattr(node, "end_col_offset"))  # noqa: B009

    def whole(self, node: ast.AST, new: str) -> Edit:
        return Edit(self.start(node), self.end(node), new)

    def between(self, left: ast.AST, right: ast.AST, pattern: str, new: str) -> Edit:
        """An operator between two nodes replaced; brackets and line ends around it stay."""
        found = re.compile(pattern).search(self.text, self.end(left), self.start(right))
        assert found is not None, f"no {pattern} in line {getattr(left, 'lineno', 0)}"
        return Edit(found.start(), found.end(), new)

    def without(self, start: int, end: int) -> Edit:
        """One of several things that commas part taken away, with its comma."""
        if found := re.compile(r",\s*$").search(self.text[:start]):
            return Edit(found.start(), end, "")
        found = re.compile(r"\s*,?\s*").match(self.text, end)
        return Edit(start, found.end() if found else end, "")

    def lines(self, edit: Edit) -> str:
        """The lines of an edit as they were, as one."""
        return self._joined(self.text, edit.start, edit.end)

    def changed_lines(self, edit: Edit) -> str:
        return self._joined(self.applied(edit), edit.start, edit.start + len(edit.new))

    def applied(self, edit: Edit) -> str:
        return self.text[: edit.start] + edit.new + self.text[edit.end :]

    def _place(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    @staticmethod
    def _joined(text: str, start: int, end: int) -> str:
        begins, ends = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        lines = text[begins : len(text) if ends < 0 else ends].split("\n")
        return " ".join(" ".join(line.partition("  # ")[0] for line in lines).split())


def mutants_of(module: str, text: str) -> list[Mutant]:
    """The mutants of a module, in the order of its lines."""
    source = Source(text)
    found: list[Mutant] = []
    seen: Counter[Name] = Counter()
    texts: set[str] = set()
    for function, edit in _edits(ast.parse(text), source, None, ""):
        changed = source.applied(edit)
        if changed in texts:
            continue
        ast.parse(changed)  # what is no Python would be killed by that alone: a fault of ours
        texts.add(changed)
        name = Name(module, function, source.lines(edit), source.changed_lines(edit))
        seen[name] += 1
        found.append(Mutant(name._replace(nth=seen[name]), changed))
    return found


_UNCHANGED = ast.Import | ast.ImportFrom | ast.Assert
_PASSED_BY = frozenset({"annotation", "returns", "decorator_list", "bases"})


def _edits(node: ast.AST, source: Source, parent: ast.AST | None, function: str) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, _UNCHANGED) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}" if function else node.name
    for operator in OPERATORS:
        for edit in operator(node, source, parent):
            yield function or "(module)", edit
    if isinstance(node, ast.JoinedStr):  # its parts have no places of their own
        return
    for field, value in ast.iter_fields(node):
        if field not in _PASSED_BY:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _edits(child, source, node, function)


COMPARISONS: Mapping[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: (r"<", ("<=", ">=")),
    ast.LtE: (r"<=", ("<", ">")),
    ast.Gt: (r">", (">=", "<=")),
    ast.GtE: (r">=", (">", "<")),
    ast.Eq: (r"==", ("!=",)),
    ast.NotEq: (r"!=", ("==",)),
    ast.Is: (r"\bis\b", ("is not",)),
    ast.IsNot: (r"\bis\s+not\b", ("is",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),
}
ARITHMETIC: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
    ast.Mod: ("%", "//"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.BitXor: ("^", "|"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.Pow: ("**", "*"),
}
TWINS: Mapping[str, str] = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
    "sorted": "list",
    "reversed": "list",
}


def _comparison(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        terms = [node.left, *node.comparators]
        for number, operator in enumerate(node.ops):
            pattern, others = COMPARISONS[type(operator)]
            for other in others:
                yield source.between(terms[number], terms[number + 1], pattern, other)


def _arithmetic(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp):
        sign, other = ARITHMETIC[type(node.op)]
        yield source.between(node.left, node.right, re.escape(sign), other)
    elif isinstance(node, ast.AugAssign):
        sign, other = ARITHMETIC[type(node.op)]
        yield source.between(node.target, node.value, re.escape(sign), other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield Edit(source.start(node), source.start(node) + 1, "")


def _boolean(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    """`and` and `or` swapped, an operand taken away by its neutral value, a `not` dropped."""
    if isinstance(node, ast.BoolOp):
        word, other, neutral = ("and", "or", "True") if isinstance(node.op, ast.And) else ("or", "and", "False")
        for number in range(len(node.values) - 1):
            yield source.between(node.values[number], node.values[number + 1], rf"\b{word}\b", other)
        for value in node.values:
            yield source.whole(value, neutral)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Edit(source.start(node), source.start(node) + len("not "), "")


def _condition(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    """A plain condition turned round; comparisons and `and`, `or`, `not` have changes of their own."""
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else getattr(node, "ifs", [])
    for test in tests:
        if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.BinOp):
            yield Edit(source.start(test), source.start(test), "not ")


def _constant(node: ast.AST, source: Source, parent: ast.AST | None) -> Iterator[Edit]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield source.whole(node, str(not value))
    elif isinstance(value, int):
        yield source.whole(node, str(value + 1))
        yield source.whole(node, str(value - 1) if value else "(-1)")
    elif isinstance(value, str):
        yield source.whole(node, '""' if value else '"x"')
    elif value is None and not isinstance(parent, ast.Compare | ast.Return):
        yield source.whole(node, "0")


def _text(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    if isinstance(node, ast.JoinedStr):
        yield source.whole(node, '""')


def _returned(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    value = node.value if isinstance(node, ast.Return) else node.body if isinstance(node, ast.Lambda) else None
    if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
        yield source.whole(value, "None")


def _twin(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TWINS:
        yield source.whole(node.func, TWINS[node.func.id])


def _keyword(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield source.without(source.start(keyword), source.end(keyword))


def _entry(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    """A row of a table taken away."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield source.without(source.start(key), source.end(value))


def _slice(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    if isinstance(node, ast.Slice):
        for bound in (node.lower, node.upper):
            if bound is not None:
                yield source.whole(bound, "")


def _statement(node: ast.AST, source: Source, _parent: ast.AST | None) -> Iterator[Edit]:
    """A statement left out; an assignment only where something else has set its target before."""
    plain = isinstance(node, ast.Continue | ast.Break | ast.Raise | ast.Delete | ast.AugAssign)
    calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    leaves = isinstance(node, ast.Return) and node.value is None
    sets = isinstance(node, ast.Assign) and any(
        isinstance(part, ast.Attribute | ast.Subscript) for target in node.targets for part in ast.walk(target)
    )
    if plain or calls or leaves or sets:
        yield source.whole(node, "pass")


OPERATORS: tuple[Callable[[ast.AST, Source, ast.AST | None], Iterator[Edit]], ...] = (
    _comparison,
    _arithmetic,
    _boolean,
    _condition,
    _constant,
    _text,
    _returned,
    _twin,
    _keyword,
    _entry,
    _slice,
    _statement,
)
