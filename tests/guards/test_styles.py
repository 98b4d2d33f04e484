"""No rule of our stylesheets is left over: templates, scripts or code use each of their classes."""

import re
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
COMPOSED = ("flow-", "tone-", "htmx-")
"""Beginnings of classes whose rest is a value, or which htmx sets."""


def test_every_class_of_a_stylesheet_is_used() -> None:
    users = [*APP.rglob("*.html"), *APP.rglob("*.py"), *(APP / "static").glob("*.js")]
    used = set(re.findall(r"[A-Za-z_][\w-]*", "\n".join(path.read_text() for path in users)))
    unused = []
    for sheet in sorted((APP / "static").glob("*.css")):
        rules = re.sub(r'/\*.*?\*/|"[^"]*"', "", sheet.read_text(), flags=re.DOTALL)
        selectors = " ".join(re.findall(r"([^{};]+)\{", rules))
        for name in sorted(set(re.findall(r"\.([A-Za-z_][\w-]*)", selectors))):
            if name not in used and not name.startswith(COMPOSED):
                unused.append(f"{sheet.name}: .{name}")
    assert not unused, "\n".join(unused)
