"""On PostgreSQL the database itself keeps accounts apart: with the guard of statements switched off, nobody
reads or changes another account's rows (P-03)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.accounts.application import create_sub_account
from app.contacts.infrastructure.tables import Contact, Tag
from app.gallery.application import delete_template, load_system_templates
from app.gallery.application.library import sharing
from app.gallery.infrastructure.tables import WorkflowTemplate, WorkflowTemplateVersion
from app.platform.clock import now
from app.platform.database import db, session, transaction
from app.platform.database.many_rows import bulk_load
from app.platform.settings import Settings
from app.platform.tenancy import acting_for, isolation, row_security
from ops.preparation import Prepared
from ops.prepare import prepare_database
from tests.people import Person, sign_in
from tests.rooms.gallery.shelf import add_template
from tests.services.databases import Database
from tests.services.postgresql import PostgreSQL
from tests.services.valkey import Valkey

CROSSING = {"cross_account": True}

# Tables of an account's rows without an account of their own, and the table whose policy decides.
THROUGH_PARENT = {"workflow_template_versions": "workflow_templates"}

# Why the other tables need no policy. Each is read by a key that the person signing in or acting has proved.
WITHOUT_POLICY = {
    "accounts": "read before an account is known, and an account reads the limits of its agency",
    "users": "people, who may be members of several accounts; memberships have a policy",
    "sign_ins": "sessions of people, found by the secret of their cookie before an account is known",
    "two_factors": "secrets of people, asked for while they sign in, before an account is known",
    "recovery_codes": "of people, asked for while they sign in, before an account is known",
    "alembic_version": "the version of the tables; belongs to nobody",
}
TAGS = Tag.__table__


@pytest.fixture
def app(
    databases: dict[str, Database],
    tmp_path_factory: pytest.TempPathFactory,
    postgresql_server: Callable[[], PostgreSQL],
    valkey: Valkey,
) -> Iterator[Flask]:
    """On PostgreSQL whatever the database that other tests run on; Alice and Mallory have a tag each."""
    if "postgresql" not in databases:
        folder = tmp_path_factory.mktemp("postgresql")
        databases["postgresql"] = Database("postgresql", folder, valkey.url, postgresql_server)
    database = databases["postgresql"]
    database.restore("people")
    for name in ("alice", "mallory"):
        account_id = sign_in(database.app, name).actor.account_id
        with database.app.app_context(), acting_for(account_id), transaction():
            session().execute(sa.insert(TAGS), _tag(account_id, name))
    yield database.app
    database.close()


@pytest.fixture
def unguarded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard reads no statement and takes each for one about the acting account."""
    monkeypatch.setattr(isolation, "_accounts_of", lambda *_: set())


def test_every_table_of_accounts_has_its_policy(app: Flask) -> None:
    with app.app_context(), db.engine.connect().execution_options(**CROSSING) as connection:
        found = connection.exec_driver_sql(
            "SELECT policyname, tablename, qual, with_check, roles::text, cmd FROM pg_policies"
        ).all()
        secured = set(
            connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
            ).scalars()
        )
    policies = {name: rest for policy, name, *rest in found if policy == "account"}
    shared = {name: rest for policy, name, *rest in found if policy != "account"}
    account = f"(NULLIF(current_setting('{row_security.SETTING}'::text, true), ''::text))::bigint"
    own, written = f"(account_id = {account})", f'(account_id = ( SELECT {account} AS "nullif"))'
    assert {name: policy for name, policy in policies.items() if name not in THROUGH_PARENT} == {
        name: [own, written, "{public}", "ALL"] for name in isolation._owned
    }
    for name, parent in THROUGH_PARENT.items():
        *conditions, roles, command = policies[name]
        assert (roles, command) == ("{public}", "ALL")
        for condition in conditions:
            assert f"FROM {parent} t" in condition and f"t.account_id = {account}" in condition
        assert f"FROM {parent} t" in shared[name][0] and account not in shared[name][0]
    assert set(shared) == isolation._lent | set(THROUGH_PARENT)
    assert {tuple(rest) for _, *rest in shared.values()} == {(None, "{public}", "SELECT")}
    assert secured == set(policies) == isolation._owned | set(THROUGH_PARENT)


def test_a_table_without_a_policy_has_a_reason(app: Flask) -> None:
    with app.app_context(), db.engine.connect().execution_options(**CROSSING) as connection:
        tables = set(
            connection.exec_driver_sql(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).scalars()
        )
    assert set(db.metadata.tables) <= tables
    assert tables - isolation._owned - set(THROUGH_PARENT) == set(WITHOUT_POLICY)
    assert all(WITHOUT_POLICY.values())


@pytest.mark.parametrize("owner", ["mine", "other", "system"])
def test_versions_of_a_template_are_seen_and_written_as_the_template_is(app: Flask, owner: str) -> None:
    mine, other = _accounts(app)
    with app.app_context(), transaction():
        template_id = session().scalar(
            sa.insert(WorkflowTemplate).returning(WorkflowTemplate.id),
            {
                "account_id": {"mine": mine, "other": other, "system": None}[owner],
                "name": "Secured",
                "category": "sales",
                "summary": {},
            },
            execution_options=CROSSING,
        )
        version = {"template_id": template_id, "number": 1, "definition": {"name": owner}}
        session().execute(sa.insert(WorkflowTemplateVersion), version, execution_options=CROSSING)
    of_template = WorkflowTemplateVersion.template_id == template_id
    for acts, is_seen in ((mine, owner != "other"), (None, owner == "system")):
        with app.app_context(), acting_for(acts):  # type: ignore[arg-type]
            found = session().scalars(sa.select(WorkflowTemplateVersion.definition).where(of_template)).all()
        assert found == [{"name": owner}] * is_seen
    with app.app_context(), acting_for(mine), transaction():
        gone = session().scalars(
            sa.delete(WorkflowTemplateVersion)
            .where(of_template, WorkflowTemplateVersion.number == 2)
            .returning(WorkflowTemplateVersion.id)
        )
        assert gone.all() == []
    attempt = sa.insert(WorkflowTemplateVersion).values(version | {"number": 2})
    with app.app_context(), acting_for(mine):
        if owner == "mine":
            with transaction():
                session().execute(attempt)
        else:
            with pytest.raises(sa.exc.DBAPIError, match="row-level security"), transaction():
                session().execute(attempt)


def test_a_sub_account_reads_what_is_shared_with_it_and_writes_nothing(
    app: Flask, request: pytest.FixtureRequest
) -> None:  # T-17, T-22
    """Past the guard, too: of three templates of its agency, Sam's account sees the one that is shared."""
    agency = sign_in(app, "alice").actor
    sam, mallory = (sign_in(app, name).actor.account_id for name in ("sam", "mallory"))
    with app.app_context(), acting_for(agency.account_id):
        sister = create_sub_account(agency, name="Sister")
    ids = {
        name: add_template(app, agency, name)
        for name in ("with Sam", "with Sister", "with nobody", "deleted")
    }
    with app.app_context(), acting_for(agency.account_id):
        sharing.share_template(agency, ids["with Sam"], [sam])
        sharing.share_template(agency, ids["with Sister"], [sister])
        sharing.share_template(agency, ids["deleted"], None)
        delete_template(agency, ids["deleted"])
    request.getfixturevalue("unguarded")
    named = "workflow_templates WHERE name LIKE 'with%' OR name = 'deleted'"
    versions = f"workflow_template_versions WHERE template_id IN (SELECT id FROM {named})"
    for acts, seen in (({sam}, {"with Sam"}), ({sister}, {"with Sister"}), ({mallory, None}, set())):
        for account_id in acts:
            with app.app_context(), acting_for(account_id):  # type: ignore[arg-type]
                assert set(session().scalars(sa.text(f"SELECT name FROM {named}"))) == seen
                rows = "SELECT count(*) FROM workflow_template_versions v JOIN workflow_templates t"
                of_agency = sa.text(
                    f"{rows} ON t.id = v.template_id WHERE t.account_id = {agency.account_id}"
                )
                assert session().scalar(of_agency) == len(seen)
                found = session().scalars(sa.text("SELECT recipient_id FROM template_shares")).all()
                # That the deleted one was shared with all is all they learn of it: its id.
                assert set(found) == ({account_id, None} if seen else set())
    with app.app_context(), acting_for(sam), transaction():
        for statement in (
            "UPDATE workflow_templates SET name = 'x' RETURNING id",
            "DELETE FROM workflow_templates RETURNING id",
            "UPDATE workflow_template_versions SET note = 'x' RETURNING id",
            f"DELETE FROM {versions} RETURNING id",
            "UPDATE template_shares SET recipient_id = NULL RETURNING id",
            "DELETE FROM template_shares RETURNING id",
        ):
            assert session().execute(sa.text(statement)).all() == []
    for owner in (sam, agency.account_id):
        share = {"owner": owner, "sam": sam, "at": now()}
        attempt = sa.text(
            "INSERT INTO template_shares (account_id, template_id, recipient_id, created_at, updated_at)"
            " SELECT :owner, id, :sam, :at, :at FROM workflow_templates WHERE name = 'with Sam'"
        )
        with app.app_context(), acting_for(sam):
            if owner == agency.account_id:
                with pytest.raises(sa.exc.DBAPIError, match="row-level security"), transaction():
                    session().execute(attempt, share)
            else:
                with pytest.raises(sa.exc.IntegrityError), transaction():
                    session().execute(attempt, share)  # is shared already, by its owner


def test_the_role_owns_nothing_and_bypasses_nothing(app: Flask) -> None:
    """Nothing that outlives a connection: planning a job makes a temporary table."""
    with app.app_context(), db.engine.connect().execution_options(**CROSSING) as connection:
        found = connection.exec_driver_sql(
            "SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb,"
            " EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relpersistence <> 't')"
            f" FROM pg_roles r WHERE rolname = '{row_security.ROLE}'"
        ).one()
    assert not any(found)


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT name FROM tags",
        "SELECT name FROM tags WHERE account_id = :other",
        "SELECT name FROM tags WHERE account_id = :other OR true",
        "TABLE tags",
        "UPDATE tags SET name = 'x' WHERE account_id = :other RETURNING id",
        "UPDATE tags SET name = 'x' WHERE name = 'mallory' RETURNING id",
        "DELETE FROM tags WHERE account_id = :other RETURNING id",
        "DELETE FROM tags WHERE name = 'mallory' RETURNING id",
        "INSERT INTO contact_tags (account_id, contact_id, tag_id)"
        " SELECT :mine, 1, id FROM tags WHERE account_id = :other RETURNING tag_id",
        "SELECT name FROM tags WHERE account_id IN (SELECT accounts.id FROM accounts)",
        "SELECT name FROM tags WHERE account_id = (SELECT max(accounts.id) FROM accounts)",
    ],
)
@pytest.mark.parametrize("acts", [True, False])
def test_others_rows_are_not_there(app: Flask, statement: str, acts: bool) -> None:
    """Whoever acts for nobody finds nothing at all."""
    mine, other = _accounts(app)
    with app.app_context(), acting_for(mine if acts else None), transaction():  # type: ignore[arg-type]
        values = {"mine": mine, "other": other}
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        found = session().execute(sa.text(statement), used).scalars().all()
    assert [one for one in found if one not in ("alice", mine)] == []
    assert acts or not found
    assert _tags(app) == {"alice", "mallory"}


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("name", ["another's", "a gift", "nobody's", "through the unit of work"])
def test_rows_of_others_are_refused(app: Flask, name: str) -> None:
    mine, other = _accounts(app)

    def attempt() -> None:
        if name == "another's":
            session().execute(sa.insert(TAGS), _tag(other, "new"))
        elif name == "a gift":
            session().execute(sa.text("UPDATE tags SET account_id = :other"), {"other": other})
        elif name == "nobody's":
            values = {"at": now()}
            session().execute(
                sa.text(
                    "INSERT INTO audit_entries (account_id, action, facts, at) VALUES (NULL, '', '{}', :at)"
                ),
                values,
            )
        else:
            session().execute(sa.insert(Tag), _tag(other, "new"))

    refused = pytest.raises(sa.exc.DBAPIError, match=r"violates (row-level|not-null)")
    with app.app_context(), acting_for(mine), refused, transaction():
        attempt()
    assert _tags(app) == {"alice", "mallory"}


@pytest.mark.usefixtures("unguarded")
def test_copy_reads_and_writes_nothing_of_others(app: Flask) -> None:
    mine, _ = _accounts(app)
    with app.app_context(), acting_for(mine):
        session().execute(sa.select(sa.literal(1)))  # the transaction begins
        driver: Any = session().connection().connection.driver_connection
        with driver.cursor().copy("COPY tags (name) TO STDOUT") as copy:
            assert [bytes(row) for row in copy] == [b"alice\n"]
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            driver.cursor().copy("COPY tags (account_id, name) FROM STDIN").__enter__()
        session().rollback()


def test_a_statement_that_crosses_accounts_does_so_alone(app: Flask) -> None:
    """What follows it, in the same transaction or on the same connection, is about one account again."""
    mine, _ = _accounts(app)
    with app.app_context(), acting_for(mine), transaction():
        names = session().scalars(sa.select(TAGS.c.name), execution_options=CROSSING).all()
        assert set(names) == {"alice", "mallory"}
        assert _shown(app, mine) == ["alice"]
        try:
            with session().begin_nested():
                session().scalars(sa.select(TAGS.c.name), execution_options=CROSSING).all()
                raise LookupError
        except LookupError:
            pass
        assert _shown(app, mine) == ["alice"]
    with app.app_context():
        driver: Any = session().connection().connection.driver_connection
        assert driver.execute("SELECT count(*) FROM tags").fetchone() == (0,)


def test_many_rows_are_loaded_and_the_account_is_one_again(app: Flask) -> None:
    mine, _ = _accounts(app)
    with app.app_context(), acting_for(mine), transaction():
        row = _tag(mine, "loaded")
        bulk_load(TAGS, list(row), [tuple(row.values())])
        assert sorted(_shown(app, mine)) == ["alice", "loaded"]


def test_one_message_begins_a_transaction_and_names_the_account(app: Flask) -> None:
    """No round trip more than without row-level security."""
    mine, _ = _accounts(app)
    with app.app_context(), acting_for(mine):
        connection: Any = session().connection().connection.driver_connection
        connection.rollback()
        asked: list[str] = []
        real, connection.execute = connection.execute, lambda *given: asked.append(given[0]) or real(*given)
        session().scalars(sa.select(Contact.id).where(Contact.account_id == mine)).all()
        del connection.execute
        assert asked == []
        role, account = connection.execute(
            f"SELECT current_user, current_setting('{row_security.SETTING}')"
        ).fetchone()
    assert (role, account) == (row_security.ROLE, str(mine))


def test_indexes_on_expressions_are_still_searched(app: Flask) -> None:
    """Where there are policies, PostgreSQL searches an index only by conditions that leak nothing."""
    with app.app_context(), db.engine.connect().execution_options(**CROSSING) as connection:
        found = connection.exec_driver_sql(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid, 1, true), pg_get_expr(i.indpred, i.indrelid)"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " WHERE i.indexprs IS NOT NULL AND c.relnamespace = 'public'::regnamespace AND i.indkey[0] = 0"
        ).all()
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql(f"SET LOCAL ROLE {row_security.ROLE}")
        assert "enrollment_rows" in {table for table, *_ in found}
        for table, expression, predicate in found:
            query = f"EXPLAIN SELECT 1 FROM {table} WHERE {expression} = 5 AND {predicate or True}"
            plan = "\n".join(connection.exec_driver_sql(query).scalars())
            assert f"Index Cond: ({expression} = " in plan, plan


def test_owners_that_are_no_superusers(tmp_path: Path, valkey: Valkey) -> None:
    """One that may create roles sets everything up; one that may not is told what to ask for, and the next
    start uses it."""
    server = PostgreSQL().start()
    try:
        for name, right in (("creator", "CREATEROLE"), ("plain", "")):
            server.execute(f"CREATE ROLE {name} LOGIN {right}")
            server.execute(f"CREATE DATABASE {name} OWNER {name}")
        may, may_not = (_prepared(server, name, tmp_path, valkey) for name in ("creator", "plain"))
        assert may[0].notice is None and _is_secured(may[1])
        assert may_not[0].notice is not None and "GRANT muster_rows TO plain" in may_not[0].notice
        assert not _is_secured(may_not[1])
        server.execute("GRANT muster_rows TO plain")
        prepared, app = _prepared(server, "plain", tmp_path, valkey)
        assert prepared.notice is None and _is_secured(app)
    finally:
        server.remove()


def _prepared(server: PostgreSQL, name: str, folder: Path, valkey: Valkey) -> tuple[Prepared, Flask]:
    environment = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"postgresql://{name}@127.0.0.1:{server.port}/{name}",
        "REDIS_URL": valkey.url,
    }
    settings = Settings.from_environment(environment)
    return prepare_database(settings), create_app(settings)


def _is_secured(app: Flask) -> bool:
    """Whether system templates, which are everybody's, are read and nobody's memberships are."""
    with app.app_context(), transaction():
        driver: Any = session().connection().connection.driver_connection
        session().execute(sa.select(sa.literal(1)))
        [(role, templates)] = driver.execute(
            "SELECT current_user, count(*) FROM workflow_templates"
        ).fetchall()
        assert templates > 0
        if role == row_security.ROLE:
            load_system_templates()
        return bool(role == row_security.ROLE)


def _accounts(app: Flask) -> tuple[int, int]:
    people: list[Person] = [sign_in(app, name) for name in ("alice", "mallory")]
    return people[0].actor.account_id, people[1].actor.account_id


def _tags(app: Flask) -> set[str]:
    with app.app_context():
        return set(session().scalars(sa.select(TAGS.c.name), execution_options=CROSSING))


def _shown(app: Flask, account_id: int) -> list[str]:
    """The names of tags, by a statement past the guard."""
    session().execute(sa.select(TAGS.c.id).where(TAGS.c.account_id == account_id))
    driver: Any = session().connection().connection.driver_connection
    return [name for (name,) in driver.execute("SELECT name FROM tags").fetchall()]


def _tag(account_id: int, name: str) -> dict[str, Any]:
    return {
        "account_id": account_id, "name": name, "name_key": name, "created_at": now(), "updated_at": now(),
    }  # fmt: skip
