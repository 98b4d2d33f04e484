"""Compiled templates are kept, found again as long as nothing has changed, and never needed."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from app.platform.web.compiled_templates import CompiledTemplates, PageTemplate


class Compiling(Environment):
    """A new process, which notes the templates that it compiles."""

    def __init__(self, folder: Path, kept: Path) -> None:
        super().__init__(
            loader=FileSystemLoader(folder),
            bytecode_cache=CompiledTemplates(kept, folder / "app"),
            autoescape=True,
        )
        self.compiled: list[str] = []

    def compile(self, source, name=None, filename=None, raw=False, defer_init=False):
        self.compiled.append(name)
        return super().compile(source, name, filename, raw, defer_init)

    def show(self) -> str:
        return self.get_template("page.html").render(name="<Ann>")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "page.html").write_text("Hello {{ name }}")
    (tmp_path / "app" / "room").mkdir(parents=True)
    (tmp_path / "app" / "room" / "filters.py").write_text("ANSWER = 41")
    return tmp_path


def test_the_next_process_need_not_compile(folder: Path) -> None:
    first, second = (Compiling(folder, folder / "kept") for _ in range(2))
    assert first.show() == second.show() == "Hello &lt;Ann&gt;"
    assert (first.compiled, second.compiled) == (["page.html"], [])
    assert len(list((folder / "kept").iterdir())) == 1, "no draft is left"


def test_what_has_changed_is_compiled_again(folder: Path) -> None:
    Compiling(folder, folder / "kept").show()
    (folder / "page.html").write_text("Goodbye {{ name }}")
    changed = Compiling(folder, folder / "kept")
    assert changed.show() == "Goodbye &lt;Ann&gt;" and changed.compiled == ["page.html"]
    again = Compiling(folder, folder / "kept")
    assert again.show() == "Goodbye &lt;Ann&gt;" and again.compiled == []


def test_everything_is_compiled_again_when_a_module_has_changed(folder: Path) -> None:
    Compiling(folder, folder / "kept").show()
    (folder / "app" / "room" / "filters.py").write_text("ANSWER = 42 ")
    changed, again = (Compiling(folder, folder / "kept") for _ in range(2))
    assert changed.show() == again.show() == "Hello &lt;Ann&gt;"
    assert (changed.compiled, again.compiled) == (["page.html"], [])


def test_modules_that_cannot_be_read_do_no_harm(folder: Path) -> None:
    (folder / "app" / ".#filters.py").symlink_to("nobody@nowhere")  # as an editor makes them
    first, second = (Compiling(folder, folder / "kept") for _ in range(2))
    assert first.show() == second.show() and second.compiled == []
    without = Environment(
        loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(folder / "no", folder / "missing")
    )
    assert without.get_template("page.html").render(name="Ann") == "Hello Ann"
    assert not (folder / "no").exists()


@pytest.mark.parametrize("damage", ["", "no line", "{line}\n", "{line}\nno code"])
def test_what_is_damaged_is_compiled_again(folder: Path, damage: str) -> None:
    Compiling(folder, folder / "kept").show()
    [kept] = (folder / "kept").iterdir()
    line = kept.read_bytes().partition(b"\n")[0].decode()
    kept.write_text(damage.format(line=line))
    assert Compiling(folder, folder / "kept").show() == "Hello &lt;Ann&gt;"


def test_a_folder_that_takes_nothing_does_no_harm(folder: Path) -> None:
    (folder / "kept").write_text("a file where the folder should be")
    assert Compiling(folder, folder / "kept").show() == "Hello &lt;Ann&gt;"


def test_pages_that_import_macros_share_them(folder: Path) -> None:
    """Jinja makes them anew for a page with other globals, unless its way to ask for them is overridden."""
    (folder / "macros.html").write_text("{% macro greet() %}Hello{% endmacro %}")
    (folder / "page.html").write_text("{% import 'macros.html' as macros %}{{ keep(macros) }}")
    kept: list[object] = []
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    environment.template_class = PageTemplate
    page = environment.get_template("page.html", globals={"of_page": 1})
    page.render(keep=kept.append)
    page.render(keep=kept.append)
    assert kept[0] is kept[1]
