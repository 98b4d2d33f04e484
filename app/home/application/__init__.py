"""The doors of the house: what home and limits show, the token of the first visit, sample data."""

from app.accounts.application import required_setup_token as setup_token
from app.home.application.overview import (
    Limit,
    Overview,
    Work,
    WorkNow,
    dismissed_work,
    figures,
    limits,
    overview,
    work_now,
)
from app.home.application.preparing import prepare_installation
from app.home.application.sample_data import SampleData, make_sample_data

__all__ = [
    "Limit",
    "Overview",
    "SampleData",
    "Work",
    "WorkNow",
    "dismissed_work",
    "figures",
    "limits",
    "make_sample_data",
    "overview",
    "prepare_installation",
    "setup_token",
    "work_now",
]
