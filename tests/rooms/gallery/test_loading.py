"""System templates come from files: loaded once, a new version for a change, away when the file goes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.gallery.application import load_system_templates
from app.gallery.application.load import FOLDER
from app.gallery.infrastructure import queries
from app.gallery.infrastructure.tables import WorkflowTemplate, WorkflowTemplateVersion
from app.platform.database import session
from tests.rooms.gallery.shelf import SYSTEM_TEMPLATES

KEYS = ("new-lead-welcome", "simple-welcome", "quiet-subscribers")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three of the files, to be changed at will."""
    for key in KEYS:
        (tmp_path / f"{key}.yaml").write_text((FOLDER / f"{key}.yaml").read_text("utf-8"), "utf-8")
    return tmp_path


def template(key: str) -> WorkflowTemplate:
    session().expire_all()
    return next(row for row in queries.system_templates() if row.key == key)


def versions(key: str) -> list[WorkflowTemplateVersion]:
    query = sa.select(WorkflowTemplateVersion).where(WorkflowTemplateVersion.template_id == template(key).id)
    return list(session().scalars(query.order_by(WorkflowTemplateVersion.number)))


def change(folder: Path, key: str, old: str, new: str) -> None:
    path = folder / f"{key}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_all_files_are_loaded_once(app: Flask) -> None:  # T-19
    with app.app_context():
        assert len(queries.system_templates()) == len(list(FOLDER.glob("*.yaml"))) == SYSTEM_TEMPLATES
        again = load_system_templates()
        assert (again.added, again.changed, again.removed, again.refused) == ([], [], [], {})
        assert len(queries.system_templates()) == SYSTEM_TEMPLATES


def test_a_changed_file_becomes_a_new_version_and_the_old_one_stays(app: Flask, folder: Path) -> None:  # T-13
    with app.app_context():
        load_system_templates(folder)
        before = queries.version_definition(template(KEYS[0]).id, 1)
        change(folder, KEYS[0], "subject: What made you get in touch?", "subject: Just one question")
        loaded = load_system_templates(folder)
        assert (loaded.changed, loaded.added, loaded.removed) == ([KEYS[0]], [], [])
        assert template(KEYS[0]).version == 2
        assert [version.number for version in versions(KEYS[0])] == [1, 2]
        assert queries.version_definition(template(KEYS[0]).id, 1) == before
        assert "Just one question" in str(queries.version_definition(template(KEYS[0]).id, 2))
        assert load_system_templates(folder).changed == []


def test_another_name_reaches_the_gallery(app: Flask, folder: Path, bob) -> None:  # T-19
    with app.app_context():
        load_system_templates(folder)
    assert "New lead welcome" in bob.get("/templates").text
    change(folder, KEYS[0], "name: New lead welcome", "name: A warm welcome")
    with app.app_context():
        load_system_templates(folder)
    assert "A warm welcome" in bob.get("/templates").text


def test_spacing_alone_is_no_change(app: Flask, folder: Path) -> None:  # T-19
    with app.app_context():
        load_system_templates(folder)
        path = folder / f"{KEYS[1]}.yaml"
        path.write_text("# a remark\n\n" + path.read_text("utf-8"), "utf-8")
        assert load_system_templates(folder).changed == []
        assert template(KEYS[1]).version == 1


def test_a_removed_file_takes_its_template_away_and_back(app: Flask, folder: Path) -> None:  # T-19
    with app.app_context():
        load_system_templates(folder)
        path = folder / f"{KEYS[2]}.yaml"
        text = path.read_text("utf-8")
        public_id = template(KEYS[2]).public_id
        path.unlink()
        assert load_system_templates(folder).removed == [KEYS[2]]
        assert template(KEYS[2]).deleted_at is not None
        assert load_system_templates(folder).removed == []
        path.write_text(text, "utf-8")
        assert load_system_templates(folder).added == [KEYS[2]]
        assert template(KEYS[2]).deleted_at is None
        assert (template(KEYS[2]).public_id, template(KEYS[2]).version) == (public_id, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("category: lead_nurturing", "category: nonsense"),
        ("format: 1", "format: 7"),
        ("{{ sender.name }}, {{ account.name }}", "{{ sendr.name }}"),
        ("key: new-lead-welcome", "key: simple-welcome"),
        ("definition:", "definition: ["),
    ],
)
def test_a_file_with_a_mistake_is_left_out_and_harms_nothing(
    app: Flask, folder: Path, old: str, new: str
) -> None:  # T-11, T-19
    with app.app_context():
        load_system_templates(folder)
        change(folder, KEYS[0], old, new)
        loaded = load_system_templates(folder)
        assert list(loaded.refused) == [f"{KEYS[0]}.yaml"]
        assert (template(KEYS[0]).version, template(KEYS[0]).deleted_at) == (1, None)
        assert template(KEYS[1]).version == 1


def test_machines_that_start_together_load_once(app: Flask, folder: Path) -> None:  # T-19
    change(folder, KEYS[0], "subject: What made you get in touch?", "subject: Just one question")
    (folder / "brand-new.yaml").write_text(
        (folder / f"{KEYS[1]}.yaml").read_text("utf-8").replace(f"key: {KEYS[1]}", "key: brand-new"), "utf-8"
    )

    def load(_number: int) -> list[str]:
        with app.app_context():
            return load_system_templates(folder).added

    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(load, range(6)))
    assert [key for keys in added for key in keys] == ["brand-new"]
    with app.app_context():
        assert template(KEYS[0]).version == 2
        assert len(versions(KEYS[0])) == 2
        assert len(versions("brand-new")) == 1


def test_the_command_tells_what_it_did(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["load-templates"])
    assert (run.exit_code, run.output) == (0, "")
