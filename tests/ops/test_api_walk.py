"""The commands of docs/api.md, run as written against an installation, have the outputs that it shows."""

import subprocess
from pathlib import Path

import pytest

from tests.ops.documented_commands import Step, differences, steps
from tests.ops.test_run import Make
from tests.people import PASSWORD
from tests.services.installation import ROOT, Installation

DOCUMENT = ROOT / "docs" / "api.md"
END_OF_STEP = "\n-- end of step --\n"


def run_in_one_shell(site: Installation, commands: list[str], folder: Path) -> list[str]:
    """Run all in one shell, as a reader would, and return the output of each. Raises if one fails."""
    script = "".join(f"{text}\nprintf {END_OF_STEP!r}\n" for text in commands)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env=site.environment | {"MUSTER": site.url, "TMPDIR": str(folder), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    outputs = done.stdout.split(END_OF_STEP)
    assert done.returncode == 0 and not done.stderr, f"{outputs[-1]}\n{done.stderr}\n{site.output}"
    return outputs[:-1]


def test_the_walk_through_works_as_written(installation: Make, tmp_path: Path) -> None:
    site = installation(WORKERS="1").prepare().start()
    made = site.command(
        *("create-owner", "--email", "alice@example.com", "--password", PASSWORD),
        *("--name", "Alice", "--account", "Agency"),
    )
    assert made.returncode == 0, made.stderr
    documented = steps(DOCUMENT.read_text())
    outputs = run_in_one_shell(site, [step.commands for step in documented], tmp_path)
    assert len(documented) == len(outputs) > 20
    wrong = [
        f"{step.commands}{problem}"
        for step, output in zip(documented, outputs, strict=True)
        for problem in differences(step, output)
    ]
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(
    ("format", "documented", "output", "differs"),
    [
        ("json", '{"a": 1, "…": "…"}', '{"a": 1, "b": 2}', False),
        ("json", '{"a": 1}', '{"a": 1, "b": 2}', True),
        ("json", '{"a": 1, "b": "…"}', '{"a": 1}', True),
        ("json", '{"a": 1}', '{"a": true}', True),
        ("json", '[1, "…"]', "[1, 2, 3]", False),
        ("json", "[1]", "[1, 2]", True),
        ("json", '{"at": "2026-03-01T09:00:00Z"}', '{"at": "2027-01-01T00:00:00.5Z"}', False),
        ("json", '{"at": "2026-03-01T09:00:00Z"}', '{"at": null}', True),
        ("json", "{}", "<html>", True),
        ("text", "…\nend: …\n", "a\nb\nend: x\n", False),
        ("text", "end: …\n", "a\nend: x\n", True),
    ],
)
def test_outputs_are_compared(format: str, documented: str, output: str, differs: bool) -> None:
    assert bool(differences(Step("", documented, format), output)) is differs


def test_an_output_that_is_not_documented_is_noticed() -> None:
    assert differences(Step("", None, ""), "Traceback") and not differences(Step("", None, ""), "\n")
