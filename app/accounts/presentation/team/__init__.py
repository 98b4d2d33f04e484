"""Pages of the team, of invitations, and their emails."""

from flask import Flask

from app.accounts.application.team.invitations import discard_old_invitations
from app.accounts.presentation.team import emails, joining, pages, sub_account
from app.platform.clock import every

every(3600)(discard_old_invitations)


def init(app: Flask) -> None:
    pages.init(app)
    joining.init(app)
    app.register_blueprint(sub_account.blueprint)
    emails.register()
