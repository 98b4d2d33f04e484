"""`make scan`: attacks a fresh installation on this machine with Wapiti, signed in as its owner, for minutes.

The installation has sample data in a temporary folder, and no workers, so nothing leaves the machine; pages
that make Muster call other servers are left out for the same reason. Exits with 1 if anything is found. What
it needs is installed into an environment of its own.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
HOME = ROOT / "build" / "scan"
REPORT = ROOT / "build" / "scan.json"
OWNER, PASSWORD = "owner@example.com", "a scan of this installation"
MODULES = (
    "cookieflags,csp,http_headers,exec,file,sql,xss,permanentxss,redirect,crlf,upload,csrf,htaccess"
    ",methods,backup"
)
CRAWL_SECONDS, ATTACK_SECONDS = 120, 45
START_SECONDS = 120
# Signing out ends the scan; the others make Muster call a server, or end the session of the scan.
LEFT_OUT = (
    "/sign-out*",
    "/settings/webhook*",
    "/settings/email*",
    "/settings/sms*",
    "/settings/sending*",
    "/static/*",
)


def main() -> int:
    """Run the scan; return the exit code."""
    if not (HOME / "bin" / "wapiti").exists():
        _install()
    with tempfile.TemporaryDirectory(prefix="muster-scan-") as folder, _installation(Path(folder)) as port:
        cookie = _sign_in(port)
        _attack(f"http://127.0.0.1:{port}", cookie)
    return _tell(json.loads(REPORT.read_text()))


def _install() -> None:
    venv.create(HOME, with_pip=True, clear=True)
    pip: list[str | Path] = [HOME / "bin" / "python", "-m", "pip", "install", "--quiet"]
    pip += ["--require-hashes", "-r", ROOT / "requirements-scan.lock"]
    subprocess.run(pip, cwd=ROOT, check=True)


@contextmanager
def _installation(folder: Path) -> Iterator[int]:
    """Start Muster with sample data in a folder; yield its port, and stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    # The address is https, so that cookies and headers are those of an installation behind a proxy.
    given = {
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "WORKERS": "0",
        "PUBLIC_URL": f"https://127.0.0.1:{port}",
    }
    environment = os.environ | given
    owner = ["create-owner", "--email", OWNER, "--password", PASSWORD, "--sample-data"]
    flask = [sys.executable, "-m", "flask", "--app", "app"]
    muster = subprocess.Popen([sys.executable, "-m", "ops"], cwd=ROOT, env=environment)
    try:
        give_up = time.monotonic() + START_SECONDS
        while _ask(port, "GET", "/healthz")[0] != 200:
            if muster.poll() is not None or time.monotonic() > give_up:
                raise SystemExit("Muster didn’t start; see the lines above.")
            time.sleep(0.5)
        subprocess.run([*flask, *owner], cwd=ROOT, env=environment, check=True)
        yield port
    finally:
        muster.terminate()
        muster.wait()


def _sign_in(port: int) -> str:
    """Return the session's cookie."""
    _, page, cookie = _ask(port, "GET", "/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"csrf_token": token[1] if token else "", "email": OWNER, "password": PASSWORD}
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    status, _, cookie = _ask(port, "POST", "/sign-in", urlencode(form), headers)
    if status != 302:
        raise SystemExit(f"Signing in failed with status {status}.")
    return cookie


def _ask(
    port: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Return (status, text, cookies); status 0 without a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
        return answer.status, answer.read().decode("utf-8", "replace"), "; ".join(cookies)
    except (OSError, http.client.HTTPException):
        return 0, "", ""
    finally:
        connection.close()


def _attack(url: str, cookie: str) -> None:
    REPORT.unlink(missing_ok=True)
    times = ["--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(ATTACK_SECONDS), "-t", "15"]
    bounds = [
        "--scope",
        "folder",
        "-d",
        "4",
        "--max-links-per-page",
        "60",
        "--max-files-per-dir",
        "40",
        "--tasks",
        "4",
    ]
    kept = [
        "--flush-session",
        "--store-session",
        str(HOME / "session"),
        "--store-config",
        str(HOME / "config"),
    ]
    # Otherwise Wapiti looks up a name of its own on the internet, and offers addresses there to Muster.
    near = ["--endpoint", f"{url}/", "--dns-endpoint", "localhost"]
    found = ["-f", "json", "-o", str(REPORT), "-v", "0", "--no-bugreport"]
    left_out = [part for path in LEFT_OUT for part in ("-x", f"{url}{path}")]
    command: list[str | Path] = [HOME / "bin" / "wapiti", "-u", f"{url}/", "-C", cookie, "-m", MODULES]
    command += [*times, *bounds, *kept, *near, *found, *left_out]
    subprocess.run(command, cwd=ROOT, check=True)


def _tell(report: dict[str, dict[str, list[dict[str, str]]]]) -> int:
    found = [
        f"{kind}: {one['method']} {one['path']} {one['parameter'] or ''}: {one['info']}"
        for part in ("vulnerabilities", "anomalies")
        for kind, ones in report[part].items()
        for one in ones
    ]
    print("\n".join([*found, f"{len(found)} findings. The report is in {REPORT}."]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
