"""Invitations, suspended accounts, and event sources in states that no link leads to."""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_security import hash_password
from playwright.sync_api import Page, expect

from app.accounts.application import actor_of, create_sub_account, profile, terminal_actor
from app.accounts.application.suspension import suspend_sub_account
from app.accounts.application.team import invitations, links
from app.accounts.domain import Actor, Role
from app.accounts.domain.team import INVITATION_LIFETIME
from app.accounts.infrastructure import queries, store, team
from app.accounts.infrastructure.tables import Invitation, SignIn
from app.integrations.application import event_sources
from app.integrations.infrastructure import event_sources as kept_sources
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.browser.showing import Show, at, in_account, pressed
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.second_server import SecondServer, second_server

MARA = "mara@example.com"
SUSPENDED, OTHER = "Riverside Clinic", "Riverside Physiotherapy and Rehabilitation"
UNKNOWN_BOX = (
    "550 5.1.1 <christina.vandenbroucke@riverside-physiotherapy.example>: Recipient address rejected: User"
    " unknown in virtual mailbox table"
)
GREYLISTED = "451 4.7.1 Greylisted, please try again in 300 seconds"


class AccountScenes:
    """Two sub-accounts: one is suspended, the other has invitations and event sources. Some scenes are shown
    by a second server, which can email links."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._running = ExitStack()

    def furnish(self, alice: BrowserUser) -> dict[str, Show]:
        """Name → what shows it. The last ones are shown to others, so the browser ends signed in as one."""
        server = self._running.enter_context(second_server(self._environment))
        alice.also.add(urlsplit(server.url).netloc)
        with server.app.app_context():
            agency = terminal_actor(None)
            with acting_for(agency.account_id):
                suspended, other = _sub_accounts(agency)
                new_email = _link_to_new_address(agency)
            there = actor_of(agency.user_id or 0, other, "")
            with acting_for(other):
                _event_sources(there)
                invited = _invitations(there)
        clinic, practice = (f"/settings/accounts/{one}" for one in (suspended, other))
        team_page = in_account(OTHER, f"{server.url}/settings/team")

        def gone(address: str, status: int) -> Show:
            return _without(alice, status, _stranger(address))

        return {
            "sub-account-suspended": _signed_in(clinic),
            "new-email": at(new_email),
            "suspended-for-agency": in_account(SUSPENDED, "/contacts"),
            "source-replaced": in_account(OTHER, "/settings/integrations/cal-com"),
            "source-new-secret": pressed(
                in_account(OTHER, "/settings/integrations/cal-com"), "Replace signing key", "#new-title"
            ),
            "source-secret-lost": in_account(OTHER, "/settings/integrations/stripe"),
            "team-invitations": team_page,
            "team-link": pressed(team_page, "New link for dana@example.com", "#link-title"),
            "sub-account-password": _signed_in_long_ago(server, practice),
            "invitation-proof": _stranger(server.url + invited["proof"]),
            "invitation-sent": pressed(
                _stranger(server.url + invited["proof"]), "Email me a link", "main [role=status]"
            ),
            "invitation-accepted": gone(invited["accepted"], 410),
            "invitation-expired": gone(invited["expired"], 410),
            "invitation-unknown": gone("/invitations/shown.unknown", 404),
            "suspended": _without(alice, 403, _signed_in("/", MARA)),
        }

    def clear(self) -> None:
        """Stop the second server."""
        self._running.close()


def _sub_accounts(agency: Actor) -> tuple[int, int]:
    suspended, other = (create_sub_account(agency, name=name) for name in (SUSPENDED, OTHER))
    with transaction():
        mara = store.add_user(MARA, "Mara Lindqvist", hash_password(browsing.OWNER["password"])).id
    for account_id, role in ((suspended, Role.OWNER), (other, Role.ADMIN)):
        with acting_for(account_id), transaction():
            store.add_membership(account_id, mara, role)
    suspend_sub_account(agency, suspended)
    return suspended, other


def _link_to_new_address(agency: Actor) -> str:
    user = queries.user(agency.user_id or 0)
    token = profile.email_link_token(user.id, user.fs_uniquifier, "alice.montgomery@agency.example")
    return f"/settings/profile/email/{token}"


def _event_sources(there: Actor) -> None:
    event_sources.connect_source(there, "cal-com", "", "")
    event_sources.replace_secret(there, "cal-com", "")
    event_sources.connect_source(there, "stripe", f"whsec_{'a' * 32}", "")
    with transaction():
        kept_sources.change(there.account_id, "stripe", secret="encrypted with another key")


def _invitations(there: Actor) -> dict[str, str]:
    """Return {state: path of the link}."""
    at, later = now() - timedelta(minutes=5), now() + timedelta(hours=1)
    proof, accepted, expired = (links.new_token(is_shown=True) for _ in range(3))
    with transaction():
        _invite(there, "dana@example.com")
        _invite(there, "ines@example.com", proof)
        _invite(there, "kim@example.com", accepted, accepted_at=at)
        _invite(there, "lee@example.com", expired, sent_at=at - timedelta(days=30), expires_at=at)
        failed = _invite(there, "christina.vandenbroucke@riverside-physiotherapy.example")
        waiting = _invite(there, "noor@example.com")
        session().add_all(
            [
                _email(failed, status="failed", answer=UNKNOWN_BOX),
                _email(waiting, status="waiting", answer=GREYLISTED, next_attempt_at=later),
            ]
        )
    tokens = {"proof": proof, "accepted": accepted, "expired": expired}
    return {state: f"/invitations/{token}" for state, token in tokens.items()}


def _invite(there: Actor, email: str, token: str = "", **values: object) -> Invitation:
    at = now() - timedelta(minutes=5)
    known = {
        "account_id": there.account_id,
        "created_by": there.user_id,
        "email": email,
        "role": Role.MARKETER.value,
        "token_hash": links.hash_of(token or links.new_token(is_shown=False)),
        "sent_at": at,
        "expires_at": at + INVITATION_LIFETIME,
    }
    return team.add_invitation(Invitation(**(known | values)))


def _email(about: Invitation, **values: object) -> OutgoingEmail:
    return OutgoingEmail(
        account_id=about.account_id,
        kind=invitations.EMAIL,
        subject_id=str(about.id),
        address=about.email,
        **values,
    )


def _signed_in(address: str, email: str = browsing.OWNER["email"]) -> Show:
    """What shows a page to somebody, in the account in which they start."""

    def show(page: Page) -> None:
        page.context.clear_cookies()
        browsing.sign_in(page, email)
        page.goto(address)

    return show


def _signed_in_long_ago(server: SecondServer, address: str) -> Show:
    """What shows a page to the owner, who has to enter the password again."""

    def show(page: Page) -> None:
        page.context.clear_cookies()
        page.goto("/sign-in")
        browsing.submit_credentials(page)
        page.wait_for_url(re.compile("/$"))
        with server.app.app_context(), transaction():
            newest = sa.select(sa.func.max(SignIn.id)).scalar_subquery()
            before = {"started_at": now() - timedelta(hours=2)}
            session().execute(sa.update(SignIn).where(SignIn.id == newest).values(before))
        page.goto(address)
        expect(page.locator("#suspension-password")).to_be_visible()

    return show


def _stranger(address: str) -> Show:
    """What shows a page to somebody who isn't signed in."""

    def show(page: Page) -> None:
        page.context.clear_cookies()
        page.goto(address)

    return show


def _without(user: BrowserUser, status: int, show: Callable[[Page], None]) -> Show:
    """What shows a page whose response has this status, which browsers report as an error."""

    def then(page: Page) -> None:
        show(page)
        page.wait_for_load_state()
        user.ignore_errors(f"status of {status}")

    return then
