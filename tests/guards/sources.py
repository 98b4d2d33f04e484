"""Our own Python files, parsed once, when the first guard reads them."""

import ast
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """A file; `module` as it is imported."""

    path: Path
    module: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file. Not every process that collects the guards also runs them. Looking for garbage
        among the millions of parts would take longer than parsing."""
        gc.disable()
        try:
            return ast.parse(self.text)
        finally:
            gc.freeze()
            gc.enable()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All parts of the parsed file, which most guards look through."""
        return list(ast.walk(self.tree))

    @property
    def name(self) -> str:
        """The path as a person writes it."""
        return str(self.path.relative_to(ROOT))

    @property
    def room(self) -> str:
        """The room that the file stands in; empty for `app/__init__.py`."""
        parts = self.module.split(".")
        return parts[1] if len(parts) > 1 else ""

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the last name of what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                called = node.func
                yield node, getattr(called, "attr", None) or getattr(called, "id", "")

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module (or name in a module) that is imported, with the line."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for item in node.names:
                    yield item.name, node.lineno
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for item in node.names:
                    yield f"{node.module}.{item.name}", node.lineno


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files below the folders (`app` when none is named)."""
    paths = [path for folder in folders or ("app",) for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(_read(path) for path in paths)


@cache
def sources_beside() -> tuple[Source, ...]:
    """The Python files that stand beside the folders, such as worker.py."""
    return tuple(_read(path) for path in sorted(ROOT.glob("*.py")))


@cache
def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Source(path, module, text)
