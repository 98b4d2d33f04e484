"""`make mutants`: puts small faults into the domain, one at a time, and counts those that unit tests notice.

`mutmut` works in the folder `mutants/` and goes on there when it is started again; remove the folder to start
afresh. What it needs is installed into an environment of its own, which sees the packages of `.venv`.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / "build" / "mutants"
RESULT = ROOT / "mutants" / "mutmut-cicd-stats.json"


def main(only: list[str]) -> None:
    """`only` are names of mutants, such as `app.bulk_enrollment.*`; all without any."""
    if not (HOME / "bin" / "mutmut").exists():
        _install()
    os.nice(10)
    subprocess.run([HOME / "bin" / "mutmut", "run", "--max-children", "2", *only], cwd=ROOT, check=False)
    subprocess.run([HOME / "bin" / "mutmut", "export-cicd-stats"], cwd=ROOT, check=True)
    found = json.loads(RESULT.read_text())
    noticed = found["killed"] + found["timeout"]
    tried = noticed + found["survived"] + found["no_tests"] + found["suspicious"] + found["segfault"]
    print(f"{noticed:,} of {tried:,} mutants killed ({noticed * 100 / max(tried, 1):.1f}%)")


def _install() -> None:
    venv.create(HOME, with_pip=True, clear=True)
    pip: list[str | Path] = [HOME / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
    pip += ["--require-hashes", "-r", ROOT / "requirements-mutants.lock"]
    subprocess.run(pip, cwd=ROOT, check=True)
    packages = next((HOME / "lib").glob("python*")) / "site-packages"
    shared = next((ROOT / ".venv" / "lib").glob("python*")) / "site-packages"
    (packages / "shared.pth").write_text(f"{shared}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
