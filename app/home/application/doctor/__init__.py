"""The checks of `flask doctor` that concern the installation as a whole: settings, database, queue,
processes, and clocks. Other rooms register their own."""

from app.home.application.doctor import (
    clocks,
    database,
    encryption,
    processes,
    protection,
    queue,
    settings,
    system_mail,
)

__all__ = ["register"]


def register() -> None:
    for module in (settings, protection, encryption, database, queue, processes, clocks, system_mail):
        module.register()
