"""The least that a JSON API on Flask can be: routes that return documents from memory, with the web server
and gateway of Muster.

`python -m gunicorn -c ops/web_server/settings.py "bench.bare:create()"`; BARE_DOCUMENTS is a JSON file with
{path: document}.
"""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify

from app.platform.settings import Settings
from ops.web_server.gateway import Gateway


def create() -> Gateway:
    """Return the application for gunicorn."""
    app = Flask(__name__)
    for path, document in json.loads(Path(os.environ["BARE_DOCUMENTS"]).read_text()).items():
        app.add_url_rule(path, path, _view(document))
    return Gateway(app, Settings.from_environment(os.environ))


def _view(document: Any) -> Any:
    def answer() -> Response:
        return jsonify(document)

    return answer
