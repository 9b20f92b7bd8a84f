"""House rules as a test: each finding says what to do instead. `python -m tools.tidy`."""

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LINES_MAX = 500
LINES_WARNED = 300

# Where a broad `except` may stand, and why: the outermost frame of a task, from which nothing may escape unseen.
BROAD_CATCHES: Mapping[str, str] = {
    "streams/agents/app.py": "the outermost frame of a worker",
    "streams/agents/cases.py": "the outermost frame of a partition's task",
    "streams/agents/chunks.py": "Faust would log the fault and start the agent anew",
    "streams/agents/holding.py": "the outermost frame of a partition's task",
    "streams/agents/intake.py": "the outermost frame of the task that announces progress",
    "streams/agents/transport.py": "the client only logs what leaves a listener",
    "streams/wiring/workers.py": "the outermost frame of the sink",
}
# Hosts that every installation of the tools has to name.
HOSTS_ALLOWED = frozenset({"registry.k8s.io"})

_SKIPPED = frozenset({"build", "target", "__pycache__", "node_modules"})
_HIDDEN_KEPT = frozenset({".ci", ".github"})
_TEXT = frozenset(
    {".cfg", ".html", ".ini", ".j2", ".json", ".lock", ".md", ".properties", ".py", ".sh", ".sql", ".toml", ".txt",
     ".xml", ".yaml", ".yml"}
)  # fmt: skip
_TEXT_NAMES = frozenset({"Makefile", "Dockerfile", "LICENCE", "LICENSE", "run", ".gitignore", ".env"})
_PURE = ("schemas/", "streams/core/")

_UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b")
_HOMES = re.compile(r"(?<![\w./-])(?:/(?:home|Users)/(?!\.\.\.|…|USER)[\w.-]+|/root/[\w.-]+|[A-Z]:\\Users\\)")
_LEAVING = re.compile(r"(?<![\w./])(?:\.\./)+[\w.-]+")
_HOST = re.compile(
    r"https?://([^/\s\"'<>]*(?:pypi|registry|artifactory|nexus|devpi|mirror)[^/\s\"'<>:]*)", re.IGNORECASE
)
_INDEX = re.compile(r"(?:^|\s)(?:--)?(?:extra-)?(?:index-url|trusted-host|find-links)(?:\s*=\s*|\s+)\S+")


class Finding(NamedTuple):
    """One breach of a rule: where, and what to do instead."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


class Source(NamedTuple):
    """A Python file: its path from the root, with slashes, and its tree."""

    path: str
    tree: ast.Module


def main() -> int:
    findings, long = tidy(ROOT)
    for path, lines in long:
        print(f"{path}: {lines} lines; {LINES_MAX} are refused, look for its second idea")
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"tidy: {len(findings)} found, {len(long)} files over {LINES_WARNED} lines")
    return 1 if findings else 0


def tidy(root: Path) -> tuple[list[Finding], list[tuple[str, int]]]:
    """All findings under a folder, and the files that grow long."""
    findings: list[Finding] = []
    long: list[tuple[str, int]] = []
    for path in sorted(files(root)):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        findings += check_text(root, name, text)
        if path.suffix == ".py":
            lines = text.count("\n")
            findings += check_python(name, text)
            if LINES_WARNED < lines <= LINES_MAX:
                long.append((name, lines))
    return findings, long


def files(root: Path) -> Iterator[Path]:
    """The files that people write: no environments, caches, builds, and no hidden folder but those of CI."""
    for folder, below, names in os.walk(root):
        below[:] = sorted(
            name
            for name in below
            if name not in _SKIPPED
            and not name.endswith(".egg-info")
            and (not name.startswith(".") or name in _HIDDEN_KEPT)
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        yield from (Path(folder) / name for name in names if Path(name).suffix in _TEXT or name in _TEXT_NAMES)


def check_text(root: Path, name: str, text: str) -> Iterator[Finding]:
    """What no text may hold, of whatever kind."""
    here = re.compile(rf"(?<![\w.-]){re.escape(root.resolve().as_posix())}(?![\w-])")
    for number, line in enumerate(text.splitlines(), 1):
        if found := _UNFINISHED.search(line):
            yield Finding(name, number, f"{found[0]}: finish it, or open an issue and say in a comment what is open")
        if found := _HOMES.search(line) or here.search(line):
            yield Finding(name, number, f"{found[0]}: a path of one machine; take it from settings or from __file__")
        if found := _HOST.search(line):
            if found[1] not in HOSTS_ALLOWED:
                yield Finding(
                    name, number, f"{found[1]}: a package registry; leave the address to the machine's settings"
                )
        elif found := _INDEX.search(line):
            yield Finding(name, number, f"{found[0].strip()}: an index address; leave it to the machine's settings")
        for found in _LEAVING.finditer(line):
            target = Path(os.path.normpath(root.resolve() / Path(name).parent / found[0]))
            if not target.is_relative_to(root.resolve()):
                yield Finding(name, number, f"{found[0]}: leaves the repository; copy what is needed into it")


def check_python(name: str, text: str) -> Iterator[Finding]:
    """What no module may be or hold."""
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield Finding(name, LINES_MAX + 1, f"{lines} lines: split it at its second idea, {LINES_MAX} are the most")
    source = Source(name, ast.parse(text, name))
    for rule in RULES:
        yield from rule(source)


def _needs_docstring(source: Source) -> Iterator[Finding]:
    if source.path.endswith("__init__.py") and not source.tree.body:
        return
    first = (ast.get_docstring(source.tree, clean=False) or "").split("\n", 1)[0]
    if not first.strip():
        yield Finding(source.path, 1, "no docstring: say in the first line which one idea this module is")


def _is_pure(source: Source) -> Iterator[Finding]:
    """No clock and no randomness in what must give the same answer for ever."""
    if not source.path.startswith(_PURE):
        return
    for node in _located(source.tree):
        called = _dotted(node.func) if isinstance(node, ast.Call) else ""
        if called.endswith((".now", ".utcnow", ".today")) or called in {"time.time", "time.monotonic", "time.time_ns"}:
            yield Finding(
                source.path, node.lineno, f"{called}(): take the instant as an argument, the log has the time"
            )
        for module in _imported(node):
            if module in {"random", "secrets", "time", "uuid"}:
                yield Finding(
                    source.path, node.lineno, f"import {module}: pass the value in, replay must find the same"
                )
        for looped in _loops(node):
            if _is_set(looped):
                yield Finding(source.path, looped.lineno, "a loop over a set: sort it, its order differs by process")


def _catches_narrowly(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        names = {"bare except"} if node.type is None else {_dotted(part) for part in _parts(node.type)}
        broad = names & {"bare except", "Exception", "BaseException"}
        last = node.body[-1]
        raises_again = isinstance(last, ast.Raise) and last.exc is None
        if broad and not raises_again and source.path not in BROAD_CATCHES:
            what = f"{min(broad)}: name the errors; only a listed outermost frame (tools/tidy.py) may catch all"
            yield Finding(source.path, node.lineno, what)


def _waits_for_conditions(source: Source) -> Iterator[Finding]:
    """In tests a sleep may stand only in a `while` that asks for a condition; its bound is the caller's."""
    if not source.path.startswith("tests/"):
        return
    polls = {
        id(inner)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.While) and not isinstance(node.test, ast.Constant)
        for inner in ast.walk(node)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _dotted(node.func) in {"time.sleep", "asyncio.sleep", "sleep"}:
            yields_only = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
            if id(node) not in polls and not yields_only:
                what = "a sleep: wait for a condition in a `while`, with a bound, or move the test's clock"
                yield Finding(source.path, node.lineno, what)


RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    _needs_docstring,
    _is_pure,
    _catches_narrowly,
    _waits_for_conditions,
)


def _located(tree: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """All nodes that know their line."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.expr))


def _dotted(node: ast.AST) -> str:
    """`datetime.now` for that expression; "" for what is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return []


def _loops(node: ast.AST) -> Iterator[ast.expr]:
    """What a node walks over in an order that shows: a loop, a list, a tuple, a join."""
    if isinstance(node, ast.For):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.DictComp):
        yield from (part.iter for part in node.generators)
    elif isinstance(node, ast.Call) and node.args:
        called = _dotted(node.func)
        if called in {"list", "tuple", "enumerate", "iter", "next"} or called.endswith(".join"):
            yield node.args[0]


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.Sub):
        return _is_set(node.left) or _is_set(node.right)
    return isinstance(node, ast.Set | ast.SetComp) or (
        isinstance(node, ast.Call) and _dotted(node.func) in {"set", "frozenset"}
    )


if __name__ == "__main__":
    sys.exit(main())
