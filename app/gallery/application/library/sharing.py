"""Sharing of an agency's templates with its sub-accounts (T-17).

Sub-accounts see a shared template, its versions, and nothing else of the agency. Workflows that they have
created from it are theirs, and stay when it is shared no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.gallery.application.reading import find_template
from app.gallery.application.soundness import refuse_secrets
from app.gallery.domain.card import Card
from app.gallery.infrastructure import queries, sharing
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.database import transaction
from app.platform.errors import Conflict, NotFound

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Sharing:
    """With whom a template is shared: with all sub-accounts, also future ones, or with `accounts` of them."""

    template: WorkflowTemplate
    with_all: bool
    accounts: int


@dataclass(frozen=True)
class Recipient:
    """A sub-account: whether it sees the template, and how many workflows it has from which version."""

    id: int
    name: str
    is_shared: bool
    versions: Sequence[tuple[int | None, int]]

    @property
    def workflows(self) -> int:
        return sum(workflows for _, workflows in self.versions)


@dataclass(frozen=True)
class Recipients:
    """A page of the sub-accounts. `total` is the number of all, `next` the id to continue after."""

    sharing: Sharing
    rows: Sequence[Recipient]
    total: int
    next: int | None


def share_template(actor: Actor, public_id: str, account_ids: Sequence[int] | None) -> Sharing:
    """Share a template with sub-accounts, or with all, also future ones, if `account_ids` is None.

    Raises NotFound, also for an account that is not a sub-account, Conflict if the account is no agency or
    the template is not its own, and Invalid (INVALID_TEMPLATE) with `problems` if it has a secret.
    """
    accounts.require(actor, Permission.TEMPLATES)
    with transaction():
        accounts.lock(actor.account_id)
        template = _own_template(actor, public_id)
        names = _names(actor, account_ids)
        before = sharing.recipients(actor.account_id, template.id)
        wanted: set[int | None] = {None} if names is None else set(names)
        new = wanted - before if None not in before else set()
        if new:
            refuse_secrets(queries.current_definition(template))
            if None in new:
                sharing.remove_shares(actor.account_id, template.id)
            sharing.add_shares(actor.account_id, template.id, new, actor.user_id)
            _record(actor, template, is_shared=True, names=_those(names, new))
        return _sharing(actor, template)


def unshare_template(actor: Actor, public_id: str, account_ids: Sequence[int] | None) -> Sharing:
    """Stop sharing a template with sub-accounts, or with all if `account_ids` is None.

    Raises the same as `share_template`, and Conflict for single accounts if it is shared with all.
    """
    accounts.require(actor, Permission.TEMPLATES)
    with transaction():
        accounts.lock(actor.account_id)
        template = _own_template(actor, public_id)
        names = _names(actor, account_ids)
        if names and None in sharing.recipients(actor.account_id, template.id):
            raise Conflict(
                "CONFLICT",
                f"“{template.name}” is shared with all sub-accounts. Stop sharing it with all, then share it "
                "with the ones that need it.",
            )
        gone = sharing.remove_shares(actor.account_id, template.id, None if names is None else list(names))
        if gone:
            _record(actor, template, is_shared=False, names=_those(names, set(gone)))
        return _sharing(actor, template)


def recipients_of(
    actor: Actor, public_id: str, *, search: str = "", after: int | None = None, limit: int
) -> Recipients:
    """Return a page of the sub-accounts, with what they do with a template. Raises the same as
    `share_template`."""
    accounts.require(actor, Permission.REPORTS)
    template = _own_template(actor, public_id)
    shared = sharing.recipients(actor.account_id, template.id)
    found, following = accounts.list_sub_accounts(actor, search=search, after=after, limit=limit)
    versions: dict[int, list[tuple[int | None, int]]] = {one.id: [] for one in found}
    for use in sharing.uses_in(list(versions), template.id):
        versions[use.account_id].append((use.version, use.workflows))
    return Recipients(
        sharing=_sharing(actor, template),
        rows=[Recipient(one.id, one.name, bool({one.id, None} & shared), versions[one.id]) for one in found],
        total=accounts.count_sub_accounts(actor),
        next=following,
    )


def may_share(actor: Actor, template: Card | WorkflowTemplate) -> bool:
    """Return whether the actor's account could share a template that it sees."""
    return template.account_id == actor.account_id and accounts.is_agency(actor.account_id)


def _own_template(actor: Actor, public_id: str) -> WorkflowTemplate:
    template = find_template(actor, public_id)
    if template.account_id is None:
        raise Conflict(
            "TEMPLATE_READ_ONLY",
            f"“{template.name}” comes with Muster, so all accounts have it already.",
        )
    if template.account_id != actor.account_id:
        raise Conflict(
            "TEMPLATE_READ_ONLY", f"“{template.name}” belongs to your agency, so only its team can share it."
        )
    if not accounts.is_agency(actor.account_id):
        raise Conflict("CONFLICT", "Only an agency can share templates with sub-accounts.")
    return template


def _names(actor: Actor, account_ids: Sequence[int] | None) -> dict[int, str] | None:
    """Return {id: name} of sub-accounts; None for all. Raises NotFound for other accounts."""
    if account_ids is None:
        return None
    names = accounts.sub_account_names(actor, account_ids[:MOST_AT_ONCE])
    if set(account_ids) - names.keys():
        sentence = "This sub-account doesn’t exist."
        raise NotFound("NOT_FOUND", sentence, fields={"account_ids": sentence})
    return names


def _those(names: dict[int, str] | None, ids: set[int | None]) -> dict[int, str] | None:
    return None if names is None else {key: name for key, name in names.items() if key in ids}


def _sharing(actor: Actor, template: WorkflowTemplate) -> Sharing:
    shared = sharing.recipients(actor.account_id, template.id)
    return Sharing(template, None in shared, len(shared - {None}))


def _record(
    actor: Actor, template: WorkflowTemplate, *, is_shared: bool, names: dict[int, str] | None
) -> None:
    """Write the audit entry; without names, for all sub-accounts."""
    activity.record(
        actor,
        "template_shared" if is_shared else "template_unshared",
        "template",
        template.public_id,
        name=template.name,
        account_ids=None if names is None else list(names),
        accounts=None if names is None else sorted(names.values()),
    )
