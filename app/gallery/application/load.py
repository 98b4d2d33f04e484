"""Loading of system templates from their files, with a new version for each change.

Runs at every start of every process, so it is quick if nothing has changed.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.gallery.application.merging.announcing import tell_owners
from app.gallery.domain.card import SUMMARY_FORMAT, kept_summary
from app.gallery.domain.template_file import TemplateFile, UnreadableTemplate, parse_template
from app.gallery.infrastructure import queries, store
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.logs import log
from app.workflows.domain import problems

FOLDER = Path(__file__).resolve().parents[1] / "system_templates"
FIRST_NOTE = "Included with Muster."
CHANGE_NOTE = "Updated with Muster."


@dataclass
class Loaded:
    """Result of loading: keys of added, changed, and removed templates; `refused` is {file name: problem}."""

    total: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def load_system_templates(folder: Path = FOLDER) -> Loaded:
    """Synchronize the database's system templates with the folder. Safe to run at any time, also
    concurrently.

    An invalid file is skipped and logged; an existing template with its key is left unchanged.
    """
    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}
    marks = {name: _mark(text) for name, text in texts.items()}
    loaded = Loaded(total=len(texts))
    kept = {row.summary.get("file_mark") for row in queries.system_templates() if row.deleted_at is None}
    if kept == set(marks.values()):
        return loaded
    files = _read(texts, loaded)
    with transaction():
        store.lock_loading()
        _bring_up_to_date(files, marks, loaded)
    log.info(
        "templates_loaded",
        extra={"added": len(loaded.added), "changed": len(loaded.changed), "removed": len(loaded.removed)},
    )
    return loaded


def _mark(text: str) -> str:
    """Return a hash that changes with the file's text and with the format of the stored summary."""
    return hashlib.sha256(f"{SUMMARY_FORMAT}\n{text}".encode()).hexdigest()


def _read(texts: dict[str, str], loaded: Loaded) -> dict[str, TemplateFile]:
    """Return {file name: template} of the valid files; record the others in `loaded.refused`."""
    files: dict[str, TemplateFile] = {}
    for name, text in texts.items():
        try:
            file = parse_template(text)
        except UnreadableTemplate as wrong:
            loaded.refused[name] = str(wrong)
            continue
        faults = problems(file.parsed, workflows=())
        if faults:
            loaded.refused[name] = str(faults[0])
        elif file.key != Path(name).stem:
            loaded.refused[name] = f"The key is “{file.key}”, so the file must be named {file.key}.yaml."
        else:
            files[name] = file
    for name, sentence in loaded.refused.items():
        log.warning("template_file_refused", extra={"file": name, "problem": sentence})
    return files


def _bring_up_to_date(files: dict[str, TemplateFile], marks: dict[str, str], loaded: Loaded) -> None:
    existing = {row.key: row for row in queries.system_templates()}
    new: list[WorkflowTemplate] = []
    changed: list[WorkflowTemplate] = []
    versions: list[dict[str, Any]] = []
    for name, file in files.items():
        template = existing.pop(file.key, None)
        if template is None:
            new.append(_template(file, marks[name]))
        elif refreshed := _refresh(template, file, marks[name], loaded):
            versions += refreshed
            changed.append(template)
    store.add_templates(new)
    definitions = {file.key: file.definition for file in files.values()}
    versions += [_version(row, definitions[str(row.key)], FIRST_NOTE) for row in new]
    store.add_versions(versions)
    for template in changed:
        tell_owners(template)
    loaded.added += [str(row.key) for row in new]
    refused_keys = {Path(name).stem for name in loaded.refused}
    for key, template in existing.items():
        if template.deleted_at is None and key not in refused_keys:
            template.deleted_at = now()
            loaded.removed.append(str(key))


def _template(file: TemplateFile, mark: str) -> WorkflowTemplate:
    template = WorkflowTemplate(account_id=None, key=file.key, version=1)
    _write(template, file, mark)
    return template


def _refresh(
    template: WorkflowTemplate, file: TemplateFile, mark: str, loaded: Loaded
) -> list[dict[str, Any]]:
    """Update the template from the file; return a new version if the content differs from the stored one."""
    if template.content_hash == file.content_hash():
        if template.deleted_at is not None:
            loaded.added.append(file.key)
        if template.deleted_at is not None or template.summary.get("file_mark") != mark:
            _write(template, file, mark)
        return []
    loaded.changed.append(file.key)
    template.version += 1
    _write(template, file, mark)
    return [_version(template, file.definition, CHANGE_NOTE)]


def _write(template: WorkflowTemplate, file: TemplateFile, mark: str) -> None:
    template.name = file.name
    template.description = file.description
    template.category = file.category
    template.tags = list(file.tags)
    template.summary = kept_summary(file.parsed) | {"file_mark": mark}
    template.content_hash = file.content_hash()
    template.deleted_at = None


def _version(template: WorkflowTemplate, definition: dict[str, object], note: str) -> dict[str, Any]:
    """Return the columns of the current version of a template."""
    return {"template_id": template.id, "number": template.version, "definition": definition, "note": note}
