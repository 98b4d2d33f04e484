"""Sign-in, sign-out, profile page, and the request guard."""

from flask import Flask, g

from app.accounts.presentation import audit_words, profile, sign_in
from app.accounts.presentation.request_guard import guard
from app.platform.settings import Settings

__all__ = ["guard", "init"]


def init(app: Flask, settings: Settings) -> None:
    sign_in.init(app, settings)
    app.register_blueprint(profile.blueprint)
    audit_words.register()
    app.context_processor(lambda: {"current_actor": g.get("actor")})
