"""Sign-in, sign-out, password reset, profile page, API tokens, and the request guard."""

from flask import Flask, g

from app.accounts.application import suspension
from app.accounts.application.security.two_factor import register_secrets
from app.accounts.presentation import (
    audit_words,
    commands,
    profile,
    programs,
    sign_in,
    sub_accounts,
    team,
    tokens,
)
from app.accounts.presentation.request_guard import guard
from app.accounts.presentation.security import page, password_emails, password_reset, two_factor
from app.platform.settings import Settings

__all__ = ["guard", "init"]


def init(app: Flask, settings: Settings) -> None:
    sign_in.init(app, settings)
    programs.init(app)
    password_reset.init(app)
    profile.init(app)
    app.register_blueprint(page.blueprint)
    app.register_blueprint(two_factor.blueprint)
    app.register_blueprint(tokens.blueprint)
    app.register_blueprint(sub_accounts.blueprint)
    team.init(app)
    audit_words.register()
    register_secrets()
    suspension.register()
    password_emails.register()
    commands.register(app)
    app.context_processor(lambda: {"current_actor": g.get("actor")})
