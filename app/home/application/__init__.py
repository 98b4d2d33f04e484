"""Public interface of the home room: home page and limits, setup token, installation, sample data."""

from app.accounts.application import required_setup_token as setup_token
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
from app.home.application.sample_data import SampleData, make_sample_data

__all__ = [
    "CurrentWork",
    "JobSummary",
    "Limit",
    "Overview",
    "SampleData",
    "current_work",
    "dismissed_work",
    "figures",
    "limits",
    "make_sample_data",
    "overview",
    "prepare_installation",
    "setup_token",
]
