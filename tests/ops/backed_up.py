"""An installation to back up or to restore into, used through its commands, and archives to change."""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask

from app import create_app
from app.platform.database import db
from app.platform.settings import Settings
from ops.backups.archive import ABOUT, MANIFEST
from tests.services.installation import Installation


class Place:
    """A data directory and an app on it, which is made when it is first used."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self._app: Flask | None = None

    @property
    def app(self) -> Flask:
        if self._app is None:
            environment = Installation(self.folder, **self._settings).environment
            self._app = create_app(Settings.from_environment(environment))
        return self._app

    def run(self, *arguments: object) -> Result:
        """Run a command of this installation."""
        return self.app.test_cli_runner().invoke(args=[str(one) for one in arguments])

    def close(self) -> None:
        """Close all connections to the database."""
        if self._app is not None:
            with self._app.app_context():
                db.session.remove()
                db.engine.dispose()

    def files(self) -> dict[str, str]:
        """Return {path: SHA-256} of all files but locks."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.suffix not in (".lock", ".next", ".db-shm", ".db-wal")
        }


@dataclass
class Archive:
    """The members of an archive in order, each a header and its content; and bytes after them."""

    members: list[tuple[tarfile.TarInfo, bytes]] = field(default_factory=list)
    after: bytes = b""

    @classmethod
    def read(cls, path: Path) -> "Archive":
        with tarfile.open(path) as tar:
            return cls([(info, tar.extractfile(info).read()) for info in tar])  # type: ignore[union-attr]

    def names(self) -> list[str]:
        return [info.name for info, _ in self.members]

    def at(self, name: str) -> int:
        return next(number for number, one in enumerate(self.names()) if one.endswith(name))

    def add(
        self, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, size: int | None = None
    ) -> None:
        """Add a member before the manifest."""
        info = tarfile.TarInfo(name)
        info.type, info.size, info.linkname = kind, len(content) if size is None else size, "muster.db"
        self.members.insert(-1, (info, content))

    def change(self, name: str, content: bytes, is_told: bool = True) -> None:
        """Replace a member's content; `is_told`: in the manifest, too."""
        number = self.at(name)
        info, _ = self.members[number]
        info.size = len(content)
        self.members[number] = (info, content)
        if is_told and name != MANIFEST:
            manifest = json.loads(self.members[-1][1])
            told = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            manifest["members"][info.name] = told
            self.change(MANIFEST, json.dumps(manifest).encode())

    def tell(self, **changes: Any) -> None:
        """Change what the archive says of itself."""
        about = json.loads(self.members[0][1]) | changes
        self.change(ABOUT, json.dumps(about).encode())

    def remove(self, name: str, is_told: bool = True) -> None:
        number = self.at(name)
        info, _ = self.members.pop(number)
        if is_told:
            manifest = json.loads(self.members[-1][1])
            manifest["members"].pop(info.name)
            self.change(MANIFEST, json.dumps(manifest).encode())

    def packed(self) -> bytes:
        made = io.BytesIO()
        with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=1) as file:
            for info, content in self.members:
                file.write(info.tobuf(tarfile.GNU_FORMAT))
                file.write(content + bytes(-len(content) % 512))
            file.write(bytes(1024) + self.after)
        return made.getvalue()
