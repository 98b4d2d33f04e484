"""Compiled templates, kept as Python keeps compiled modules: in a folder `__pycache__` beside their sources.
Without them, each process compiles every template that it shows, and the first page after a start is slow."""

import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import CodeType
from uuid import uuid4

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

APP = Path(__file__).parents[2]
FOLDER = APP / "templates" / "__pycache__"
_WITHOUT_CODE = ("templates", "static", "__pycache__")


class PageTemplate(jinja2.Template):
    """A template whose macros other templates import. All have the same globals, those of the environment;
    Jinja compares them for each import, which takes longer than many a macro."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class CompiledTemplates(BytecodeCache):
    """What is kept in `folder`, for the modules of `app` as they are when this is made. Templates are
    compiled as usual where nothing is kept and nothing can be."""

    def __init__(self, folder: Path = FOLDER, app: Path = APP) -> None:
        self._folder = folder
        self._version = _version_of(app)

    def get_source_checksum(self, source: str) -> str:
        """Return what changes with a template, and with the code around it."""
        return sha256(f"{self._version}\n{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        if not self._version:
            return
        with suppress(OSError, EOFError, ValueError, TypeError):
            line, _, code = self._path(bucket).read_bytes().partition(b"\n")
            is_whole = line == _line(bucket, code)  # what is damaged could end the process
            if is_whole and isinstance(found := marshal.loads(code), CodeType):  # nosec B302
                bucket.code = found

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode or not self._version:
            return
        path = self._path(bucket)
        draft = path.with_name(f"{path.name}.{uuid4().hex}")
        code = marshal.dumps(bucket.code)
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            try:
                draft.write_bytes(_line(bucket, code) + b"\n" + code)
                draft.replace(path)
            except OSError:
                draft.unlink(missing_ok=True)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{sys.implementation.cache_tag}"


def _line(bucket: Bucket, code: bytes) -> bytes:
    return f"{bucket.checksum} {sha256(code).hexdigest()}".encode()


def _version_of(app: Path) -> str:
    """Return what changes with Python, with Jinja, and with our modules: the values of filters whose
    arguments are constants become part of what is compiled. Empty if the modules can't be read."""
    try:
        known = repr((sys.version, jinja2.__version__, sorted(_modules(str(app)))))
    except OSError:
        return ""
    return sha256(known.encode()).hexdigest()


def _modules(folder: str) -> Iterator[tuple[str, int, int]]:
    """Yield the path of each module in a folder, its size, and when it was changed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                found = entry.stat(follow_symlinks=False)
                yield entry.path, found.st_size, found.st_mtime_ns
            elif entry.is_dir() and entry.name not in _WITHOUT_CODE:
                yield from _modules(entry.path)
