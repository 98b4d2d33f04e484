"""URLs that accept only POST.

When a form is returned with errors, its URL stays in the browser's address bar and can be reloaded.
"""

from flask import current_app, request


def page_above() -> str | None:
    """Return the path of the nearest page above the URL of this request; None if it is not a GET."""
    routes = current_app.create_url_adapter(request)
    if request.method != "GET" or routes is None:
        return None
    path = request.path
    while path := path.rpartition("/")[0]:
        if routes.test(path, method="GET"):
            return path
    return "/"
