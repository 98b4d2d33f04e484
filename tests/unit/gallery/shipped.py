"""The templates that Muster comes with, each read once."""

from functools import cache
from pathlib import Path

from app.gallery import domain
from app.gallery.domain.template_file import TemplateFile, parse_template

FILES = {
    path.stem: path for path in sorted((Path(domain.__file__).parents[1] / "system_templates").glob("*.yaml"))
}
KEYS = list(FILES)


@cache
def text(key: str) -> str:
    return FILES[key].read_text("utf-8")


@cache
def template(key: str) -> TemplateFile:
    return parse_template(text(key))
