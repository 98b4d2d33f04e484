"""Check of the mail server for notifications, password resets, and invitations."""

from app.platform import mail
from app.platform.doctor import Check, Result, ok, problem
from app.platform.doctor import register as add
from app.platform.settings import current


def register() -> None:
    add(Check("system_mail", "Mail server for notifications", mail_server, seconds=12.0))


def mail_server() -> Result:
    """Connect and sign in, without sending anything."""
    settings = current()
    if not mail.is_set_up(settings):
        return ok("MAIL_URL isn’t set, so notifications appear in Muster only.")
    try:
        mail.try_out(settings)
    except mail.NotSent as failure:
        return problem(str(failure), "Check MAIL_URL, and whether this machine may connect to that server.")
    return ok("The mail server of MAIL_URL accepts connections.")
