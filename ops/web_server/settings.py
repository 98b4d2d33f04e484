"""gunicorn settings: two processes, each with an event loop for connections and threads for work."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.platform.settings import Settings
from ops.shutdown import leave
from ops.web_server.worker import PatientWorker


def on_exit(_master: object) -> None:
    """Exit as gunicorn's last step, with the exit status of the exception that it is handling."""
    leave(getattr(sys.exc_info()[1], "exit_status", 0))


_settings = Settings.from_environment(os.environ)
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
worker_class = PatientWorker
workers = 2
timeout = 60
graceful_timeout = 3
asgi_lifespan = "off"
forwarded_allow_ips = ""  # only ProxyFix decides which proxies to trust, by TRUSTED_PROXIES
limit_request_fields = 64
keepalive = 5
preload_app = True  # both processes are forked from one that has loaded everything
control_socket_disable = True
proc_name = "muster-web"
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.platform.logs.JsonLine"}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    },
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["lines"], "propagate": False}},
    "root": {"level": "WARNING", "handlers": ["lines"]},
}
