"""The doors of the house: the token of the first visit, and sample data."""

from app.accounts.application import first_visit_token as setup_token
from app.home.application.sample_data import make_sample_data

__all__ = ["make_sample_data", "setup_token"]
