"""Web: setup shared by all rooms, marks on views, the current request, and error responses."""

from app.platform.web.downloads import csv_file
from app.platform.web.email_frames import email_frame
from app.platform.web.errors.responses import handle_error, status_of
from app.platform.web.every_request import for_frames
from app.platform.web.marks import public, skip_authentication, takes_bodies, takes_files, unless_unchanged
from app.platform.web.open_pages import keep_address_private, limit_unknown, logo_image
from app.platform.web.requests import actor, asset, htmx_page, is_api, is_for, is_forwarded, is_htmx, send_to
from app.platform.web.setup import body_allowance, cookie_name, csrf, init
from app.platform.web.showing_form import ShowingForm, saved

__all__ = [
    "ShowingForm",
    "actor",
    "asset",
    "body_allowance",
    "cookie_name",
    "csrf",
    "csv_file",
    "email_frame",
    "for_frames",
    "handle_error",
    "htmx_page",
    "init",
    "is_api",
    "is_for",
    "is_forwarded",
    "is_htmx",
    "keep_address_private",
    "limit_unknown",
    "logo_image",
    "public",
    "saved",
    "send_to",
    "skip_authentication",
    "status_of",
    "takes_bodies",
    "takes_files",
    "unless_unchanged",
]
