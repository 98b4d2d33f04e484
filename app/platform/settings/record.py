"""Settings: one frozen record, read from the environment once, at startup.

The README's table repeats each field's description. Nothing else reads settings from the environment.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from app.platform.settings import secret_key
from app.platform.settings.servers import (
    database_server,
    mail_sender,
    mail_server,
    name_servers,
    queue_server,
    request_headers,
    web_address,
)
from app.platform.settings.uploads import BucketAddress, bucket_address, uploads_place
from app.platform.settings.values import folder, integer, seconds_list, secret, secret_list

# A limit that is not set. Larger than any number of people, yet a number, so that the smaller limit holds.
UNLIMITED = 999_999_999


class SettingError(Exception):
    """A setting is invalid; the text is one sentence that names it."""


def _setting(default: Any, read: Callable[[str], Any], doc: str, shown: str | None = None) -> Any:
    return field(default=default, metadata={"read": read, "doc": doc, "shown": shown})


@dataclass(frozen=True)
class Settings:
    """All settings of an installation. Environment variables have the same names in capitals."""

    host: str = _setting("127.0.0.1", str, "Address that the web server listens on.")
    port: int = _setting(8000, integer(1, 65_535), "Port that the web server listens on.")
    data_dir: Path = _setting(
        Path("instance").resolve(),
        folder,
        "Folder for the database, queue, uploads, and generated secret key.",
        "instance/",
    )
    database_url: str = _setting(
        "", database_server, "PostgreSQL to use instead of the SQLite file.", "SQLite in DATA_DIR"
    )
    redis_url: str = _setting(
        "",
        queue_server,
        "Redis or Valkey to use instead of the embedded one, also behind Sentinel.",
        "Valkey in DATA_DIR",
    )
    secret_key: str = _setting(
        "",
        secret,
        "Signs sessions, forms, and links in emails; the same on every machine.",
        "generated in DATA_DIR",
    )
    encryption_key: tuple[str, ...] = _setting(
        (),
        secret_list,
        "Keys for saved passwords, separated by commas; the first encrypts, all decrypt.",
        "SECRET_KEY",
    )
    password_key: str = _setting(
        "",
        secret,
        "Key for password hashes. Set it to the former SECRET_KEY if that changes.",
        "SECRET_KEY",
    )
    uploads_url: str = _setting(
        "",
        uploads_place,
        "Folder, or S3-compatible bucket (s3://bucket/prefix?endpoint=…&region=…), of uploaded files.",
        "uploads in DATA_DIR",
    )
    workers: int = _setting(2, integer(0, 64), "Background workers to start on this machine.")
    public_url: str = _setting("", web_address, "Public address; https:// makes cookies secure.", "none")
    metrics_token: str = _setting(
        "", secret, "Bearer token that programs on other machines read /metrics with.", "none"
    )
    trusted_proxies: int = _setting(0, integer(0, 10), "Trusted proxies in front (X-Forwarded headers).")
    max_upload_bytes: int = _setting(
        100 * 1024 * 1024, integer(1024, 10**10), "Largest contact file, in bytes.", "104857600"
    )
    min_free_bytes: int = _setting(
        200 * 1024 * 1024, integer(0, 10**12), "Disk space to keep free of uploads, in bytes.", "209715200"
    )
    max_storage_bytes: int = _setting(
        10 * 1024**3,
        integer(1024, 10**15),
        "Maximum bytes of uploads, jobs, selected contacts, and activity log per account.",
        "10737418240",
    )
    max_contacts_per_job: int = _setting(
        10_000, integer(1, 1_000_000), "Maximum contacts per bulk enrollment."
    )
    highest_contacts_per_job: int = _setting(
        1_000_000,
        integer(1, 1_000_000),
        "Highest limit an account can set for contacts per bulk enrollment.",
    )
    max_import_rows: int = _setting(1_000_000, integer(1, 1_000_000), "Maximum rows per contact import.")
    max_workbook_rows: int = _setting(100_000, integer(1, 250_000), "Maximum rows per Excel workbook.")
    max_unfinished_jobs: int = _setting(10, integer(1, 1000), "Maximum unfinished jobs per account.")
    max_dry_runs: int = _setting(
        10, integer(1, 1000), "Maximum open dry runs per account; a new one replaces the oldest."
    )
    max_running_batches: int = _setting(
        5, integer(1, 100), "Maximum batches of an account that run at the same time."
    )
    max_enrollments_per_minute: int = _setting(
        0, integer(0, 1_000_000), "Maximum people per account enrolled per minute; 0 means no limit."
    )
    max_enrollments_per_second: int = _setting(
        0, integer(0, 1_000_000), "Maximum people per account enrolled per second; 0 means no limit."
    )
    max_enrollments_per_minute_overall: int = _setting(
        0,
        integer(0, 1_000_000),
        "Maximum people of all accounts together enrolled per minute; 0 means no limit.",
    )
    max_workflows: int = _setting(1000, integer(1, 1_000_000), "Maximum workflows per account.")
    max_templates: int = _setting(
        10, integer(0, 1_000_000), "Maximum custom templates per account; agencies have no limit."
    )
    batch_retry_seconds: tuple[float, ...] = _setting(
        (10.0, 30.0, 90.0), seconds_list, "Seconds to wait before each retry of a failed batch.", "10,30,90"
    )
    batch_lease_seconds: int = _setting(
        60, integer(1, 3600), "Seconds after which a silent worker’s batch is given to another."
    )
    api_requests_per_minute: int = _setting(
        600, integer(0, 10_000_000), "API requests per token and minute; 0 sets no limit."
    )
    mail_url: str = _setting(
        "",
        mail_server,
        "Mail server for notifications and invitations: smtp:// (no encryption), smtps://, or starttls://.",
        "none",
    )
    mail_from: str = _setting(
        "", mail_sender, "Sender address of notifications.", "user of MAIL_URL, or muster@ its host"
    )
    twilio_url: str = _setting("", web_address, "Where to reach Twilio.", "https://api.twilio.com")
    sns_url: str = _setting("", web_address, "Where to reach Amazon SNS besides its own addresses.", "none")
    dns_servers: tuple[tuple[str, int], ...] = _setting(
        (),
        name_servers,
        "DNS servers to check domains with: IP addresses separated by commas.",
        "those of the system",
    )
    job_retention_days: int = _setting(
        90, integer(1, 36_500), "Days to keep finished jobs, their rows and uploads, and notifications."
    )
    delivery_retry_seconds: tuple[float, ...] = _setting(
        (10.0, 60.0, 600.0, 3600.0),
        seconds_list,
        "Seconds to wait before each retry of an email or webhook.",
        "10,60,600,3600",
    )
    webhook_private_addresses: int = _setting(
        0, integer(0, 1), "1 lets webhooks call private and loopback addresses, and http://."
    )
    lockout_failures: int = _setting(10, integer(1, 1000), "Wrong passwords before sign-in is locked.")
    lockout_minutes: int = _setting(15, integer(1, 1440), "Minutes that sign-in stays locked.")

    otel_exporter_otlp_endpoint: str = _setting(
        "", web_address, "Where to send traces for OpenTelemetry (OTLP over HTTP).", "none"
    )
    otel_exporter_otlp_headers: tuple[tuple[str, str], ...] = _setting(
        (), request_headers, "Headers for that: name=value, separated by commas.", "none"
    )
    otel_service_name: str = _setting("muster", str, "Name of this installation in traces.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read all settings; empty variables count as unset. Raises SettingError at the first invalid one."""
        known = {item.name.upper(): item for item in fields(cls)}
        for name in environment:
            if name.startswith("MUSTER_"):
                raise SettingError(f"{name} isn’t a Muster setting. The README lists all settings.")
        values = {
            item.name: _read(name, item, environment[name])
            for name, item in known.items()
            if environment.get(name, "") != ""
        }
        return cls(**values)._with_defaults_in_data_dir()

    def _with_defaults_in_data_dir(self) -> "Settings":
        changes: dict[str, str] = {}
        if not self.database_url:
            changes["database_url"] = f"sqlite:///{self.data_dir / 'muster.db'}"
        if not self.secret_key:
            changes["secret_key"] = _secret_key_of(self.data_dir)
        return self._replaced(**changes)

    def _replaced(self, **changes: Any) -> "Settings":
        return Settings(
            **{item.name: changes.get(item.name, getattr(self, item.name)) for item in fields(self)}
        )

    @property
    def account_limits(self) -> dict[str, int]:
        """The default limits of an account, as {name: limit}."""
        return {
            "workflows": self.max_workflows,
            "unfinished_jobs": self.max_unfinished_jobs,
            "contacts_per_job": self.max_contacts_per_job,
            "import_rows": self.max_import_rows,
            "running_batches": self.max_running_batches,
            "enrollments_per_minute": self.max_enrollments_per_minute or UNLIMITED,
            "enrollments_per_second": self.max_enrollments_per_second or UNLIMITED,
            "unapproved_rows": UNLIMITED,
        }

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def embedded_queue(self) -> bool:
        """True if `make run` starts its own Valkey."""
        return not self.redis_url

    @property
    def queue_socket(self) -> Path:
        """Path of the embedded Valkey's Unix socket.

        Socket paths are limited to 107 bytes, so a long DATA_DIR gets a folder in the system's temporary one.
        """
        near = self.data_dir / "valkey.sock"
        if len(os.fsencode(near)) < 100:
            return near
        mark = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"muster-{os.getuid()}-{mark}" / "valkey.sock"

    @property
    def queue_url(self) -> str:
        return self.redis_url or f"unix://{self.queue_socket}"

    @property
    def is_loopback(self) -> bool:
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def uploads_dir(self) -> Path:
        """Folder of uploads, unless they are in `uploads_bucket`."""
        is_folder = self.uploads_url and self.uploads_bucket is None
        return Path(self.uploads_url) if is_folder else self.data_dir / "uploads"

    @property
    def uploads_bucket(self) -> BucketAddress | None:
        return bucket_address(self.uploads_url)

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")


def current() -> Settings:
    """Return the settings of the current app."""
    from flask import current_app

    return cast(Settings, current_app.extensions["settings"])


def _read(name: str, item: Field[Any], text: str) -> Any:
    try:
        return item.metadata["read"](text.strip())
    except ValueError as wrong:
        shown = "" if _may_be_secret(name, text) else f"; it is “{text}”"
        raise SettingError(f"{name} {wrong}{shown}.") from None


def _may_be_secret(name: str, text: str) -> bool:
    """Return whether a value must not be shown: a key, or an address with a password."""
    return "@" in text or name.endswith(("_KEY", "_SECRET", "_TOKEN", "_PASSWORD", "_HEADERS"))


def _secret_key_of(folder: Path) -> str:
    try:
        return secret_key.load_or_create(folder)
    except OSError as wrong:
        raise SettingError(
            f"DATA_DIR {folder} isn’t writable ({wrong.strerror}). Choose another folder."
        ) from None
