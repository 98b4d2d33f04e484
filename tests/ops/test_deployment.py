"""The files in `deploy/` name settings, commands, and files that exist, and hold no secrets.

nginx, Docker, and systemd need not be installed here, so the files are read.
"""

import configparser
import importlib.util
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.sdk import environment_variables

from app import create_app
from app.home.presentation.metrics import families
from app.integrations.application.addresses import PATH as EVENTS
from app.messaging.application.providers.addresses import PATH as REPORTS
from app.platform.settings import Settings
from ops.processes import PARTS, STOP_WAIT_SECONDS
from ops.run import END_WITHIN_SECONDS
from tests.services.installation import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SETTINGS = {item.name.upper(): item for item in fields(Settings)}
OF_THE_SDK = set(vars(environment_variables))
GIVEN_BY_THE_OPERATOR = re.compile(r"\$\{\w+(:\?|:-[^}]*)\}")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SECRETS = (
    "SECRET_KEY",
    "ENCRYPTION_KEY",
    "PASSWORD_KEY",
    "UPLOADS_URL",
    "POSTGRES_PASSWORD",
    "METRICS_TOKEN",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "MAIL_URL",
)


def ours() -> dict[str, Any]:
    """Return the services of compose that run Muster."""
    return {name: one for name, one in COMPOSE["services"].items() if one["image"] == "muster"}


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text()


@pytest.mark.parametrize("name", sorted(ours()))
def test_services_have_settings_and_commands_that_exist(name: str) -> None:
    service = ours()[name]
    assert service["command"] == [name] and name in PARTS
    for setting, value in service["environment"].items():
        assert setting in SETTINGS.keys() | OF_THE_SDK
        plain = GIVEN_BY_THE_OPERATOR.sub("", str(value))
        if setting in SECRETS:
            assert plain == "", f"{setting} must come from the operator"
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["init"]
    assert int(service["stop_grace_period"].rstrip("s")) > END_WITHIN_SECONDS > STOP_WAIT_SECONDS


def test_no_key_occurs_twice() -> None:
    """Docker refuses the whole file then; the parser here takes the last one."""
    waiting = [yaml.compose(text_of("compose.yaml"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), keys
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def test_services_wait_for_each_other_and_keep_their_data() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or name in ours(), "the image has one"
        for other, when in service.get("depends_on", {}).items():
            assert other in COMPOSE["services"] and when == {"condition": "service_healthy"}
        mounts = [one.partition(":")[0] for one in service["volumes"]]
        assert mounts and set(mounts) <= set(COMPOSE["volumes"])
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "a proxy is in front"
    urls = ours()["web"]["environment"]
    assert "@database/" in urls["DATABASE_URL"] and "//queue:" in urls["REDIS_URL"]
    [given] = {one["environment"]["POSTGRES_PASSWORD"] for one in [COMPOSE["services"]["database"]]}
    assert given in urls["DATABASE_URL"]


def test_the_image_has_what_it_runs() -> None:
    *_, final = re.split(r"^FROM .*$", text_of("Dockerfile"), flags=re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text_of("Dockerfile"), re.MULTILINE)
    assert all((ROOT / name).exists() for name in copied)
    assert set(re.findall(r"^!(\S+)$", text_of("Dockerfile.dockerignore"), re.MULTILINE)) == set(copied)
    assert re.search(r"^USER muster$", final, re.MULTILINE)
    for name, _ in re.findall(r"(?:ENV| {4})\s*([A-Z_]+)=(\S+)", final):
        assert name in SETTINGS or name in ("PATH", "PYTHONDONTWRITEBYTECODE")
    for module in re.findall(r'"-m", "([\w.]+)"', final):
        assert importlib.util.find_spec(module)
    assert 'CMD ["all"]' in final and "HEALTHCHECK" in final


def test_the_example_has_settings_without_secrets() -> None:
    lines = [line.lstrip("#") for line in text_of("environment.example").splitlines()]
    found = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    assert set(found) - {"POSTGRES_PASSWORD"} <= set(SETTINGS)
    assert {found[name] for name in SECRETS if name in found and name != "UPLOADS_URL"} == {""}
    filled = {name: value for name, value in found.items() if name in SETTINGS}
    Settings.from_environment(filled | {"SECRET_KEY": "x" * 64})
    asked = set(re.findall(r"\$\{(\w+):\?\}", text_of("compose.yaml")))
    assert asked <= set(found)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units(path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(path)
    service = unit["Service"]
    program, flag, module, part = service["ExecStart"].split()
    assert program.endswith("/.venv/bin/python") and flag == "-m" and importlib.util.find_spec(module)
    assert part in PARTS and path.stem in ("muster", f"muster-{part}")
    others = {other.name for other in UNITS} - {path.name}
    assert set(unit["Unit"]["Conflicts"].split()) == others, "each holds the lock of the machine"
    assert service["User"] == "muster" and service["NoNewPrivileges"] == "yes"
    assert service["KillMode"] == "mixed", "the supervisor ends the others in order"
    assert int(service["TimeoutStopSec"]) > END_WITHIN_SECONDS
    assert service["StateDirectory"] == "muster" and "DATA_DIR=/var/lib/muster" in service["Environment"]


def test_proxies_pass_on_what_muster_needs() -> None:
    nginx, caddy = text_of("nginx.conf"), text_of("Caddyfile")
    largest = SETTINGS["MAX_UPLOAD_BYTES"].default
    found = re.search(r"client_max_body_size (\d+)m;", nginx)
    assert found and int(found[1]) * 1024**2 > largest
    found = re.search(r"max_size (\d+)MB", caddy)
    assert found and int(found[1]) * 1000**2 > largest
    for header in ("Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto"):
        assert f"proxy_set_header {header} $" in nginx
    assert "location ~ /events$" in nginx and "proxy_buffering off;" in nginx
    assert "/metrics" in nginx and "/metrics" in caddy
    assert "location /api/ {" in nginx and "handle /api/* {" in caddy, "tokens without encryption are refused"
    found = re.search(r"location ~ (\^\S+) \{[^}]*access_log off;", nginx)
    assert found
    for place in ("/reset-password", "/invitations", "/u", "/c", EVENTS, REPORTS):
        assert re.match(found[1], f"{place}/secret"), "it would be in the log of requests"


def test_the_document_names_what_exists() -> None:
    """Commands, parts, metrics, settings, and files in docs/operating.md."""
    text = (ROOT / "docs" / "operating.md").read_text()
    settings = Settings.from_environment({"DATA_DIR": "/nowhere", "SECRET_KEY": "x" * 64})
    known = {"db", *create_app(settings).cli.commands}
    assert set(re.findall(r"\bflask ([a-z]+(?:-[a-z]+)*)", text)) <= known
    assert set(re.findall(r"python -m ops ([a-z]+)\b", text)) == set(PARTS) - {"all"}
    found = set(re.findall(r'"([a-z_]+)"', inspect.getsource(families)))
    metrics = {re.sub("_(total|bucket)$", "", name) for name in re.findall(r"muster_(\w+)", text)}
    assert len(metrics) > 5 and metrics <= found
    for name in re.findall(r"\b[A-Z]+_[A-Z_]+\b", text):
        assert name in SETTINGS.keys() | OF_THE_SDK, name
    for name in re.findall(r"`(deploy/[\w./]+)`", text):
        assert (ROOT / name).exists()
    rules = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    assert {len(rule) for rule in rules["groups"][0]["rules"]} == {3}
