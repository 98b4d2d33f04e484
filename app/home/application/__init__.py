"""Public interface of the home room: home page and limits, setup token, installation."""

from app.accounts.application import required_setup_token as setup_token
from app.home.application.installation_limits import InstallationLimit, installation_limits
from app.home.application.overview import (
    CurrentWork,
    JobSummary,
    Limit,
    Overview,
    current_work,
    dismissed_work,
    figures,
    limits,
    overview,
)
from app.home.application.prepare import prepare_installation

__all__ = [
    "CurrentWork",
    "InstallationLimit",
    "JobSummary",
    "Limit",
    "Overview",
    "current_work",
    "dismissed_work",
    "figures",
    "installation_limits",
    "limits",
    "overview",
    "prepare_installation",
    "setup_token",
]
