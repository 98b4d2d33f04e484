"""Icons of pages, from app/static/icons.svg."""

from functools import lru_cache
from typing import Any

from flask import request
from markupsafe import Markup

from app.platform.web.requests import asset


def icon(name: str, label: str | None = None, **given: Any) -> Markup:
    """Return an icon, with its `class` if one is given. Without a label it is decoration."""
    return _icon(request.script_root, name, label, given.get("class"))


# A page has hundreds of icons. Text that is escaped already is another key than the same text that is not.
@lru_cache(maxsize=1024, typed=True)
def _icon(_root: str, name: str, label: str | None, kind: str | None) -> Markup:
    kinds = Markup(" {}").format(kind) if kind else ""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    use = Markup('<use href="{}#{}"></use>').format(asset("icons.svg"), name)
    return Markup('<svg class="icon{}" {} focusable="false">{}</svg>').format(kinds, said, use)
