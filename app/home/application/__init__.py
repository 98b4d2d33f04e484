"""The doors of the house: what home and limits show, the token of the first visit, sample data."""

from app.accounts.application import first_visit_token as setup_token
from app.home.application.overview import Limit, Overview, Work, limits, overview
from app.home.application.sample_data import make_sample_data

__all__ = ["Limit", "Overview", "Work", "limits", "make_sample_data", "overview", "setup_token"]
