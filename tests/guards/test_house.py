"""What the import contracts cannot say: doors between rooms, one place that commits, readable files."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.guards.sources import Source, sources

APP = sources()
# Longer files are read no more, only searched; layers with more files are grouped by subject.
LINES = 320
FILES = 13
BAD_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "models", "views", "service", "services"}
WRITES = {"insert", "insert_into", "update", "delete", "bulk_load"}


def test_rooms_are_entered_through_their_doors() -> None:
    """Another room's `application` and pure `domain`, for queries its `tables` and `conditions`; the
    first room knows all."""
    wrong = []
    for source in APP:
        if not source.room:
            continue
        for imported, line in source.imports():
            parts = imported.split(".")
            if parts[0] != "app" or len(parts) < 3 or parts[1] in (source.room, "platform"):
                continue
            is_for_queries = parts[2:4] in (["infrastructure", "tables"], ["infrastructure", "conditions"])
            if parts[2] not in ("application", "domain") and not is_for_queries:
                wrong.append(f"{source.name}:{line} uses {imported}")
            elif parts[2] == "application" and len(parts) > 4:
                wrong.append(f"{source.name}:{line} goes past the door with {imported}")
    assert not wrong, "\n".join(wrong)


def test_one_place_loads_the_api() -> None:
    """Workers and the clock do without it, and without its libraries, which take a tenth of their start."""
    api = re.compile(r"app\.\w+\.presentation\.(\w+\.)*\w*api(\.|$)")
    wrong = [
        f"{source.name}:{line} loads {imported}"
        for source in APP
        if source.room and not api.match(source.module)
        for imported, line in source.imports()
        if api.match(imported)
    ]
    assert not wrong, "\n".join(wrong)


def test_one_place_commits() -> None:
    wrong = [
        f"{source.name}:{call.lineno}"
        for source in APP
        for call, name in source.calls()
        if name == "commit" and source.module != "app.platform.database.transactions"
    ]
    assert not wrong, wrong


def test_transactions_are_opened_in_applications() -> None:
    """The accounts' store for Flask-Security is the one exception: the framework decides when it writes."""
    rooms = r"\w+\.application(\..*)?|platform\..+|accounts\.infrastructure\.user_datastore"
    allowed = re.compile(rf"app\.({rooms})$")
    wrong = [
        f"{source.name}:{call.lineno}"
        for source in APP
        for call, name in source.calls()
        if name == "transaction" and not allowed.match(source.module)
    ]
    assert not wrong, wrong


def test_one_place_reads_the_environment() -> None:
    allowed = {"app", "app.platform.settings.record"}
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in APP
        for node in source.nodes
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and source.module not in allowed
    ]
    assert not wrong, wrong


def test_domains_get_the_time_as_an_argument() -> None:
    clock = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|clock\.now)\(")
    wrong = [
        f"{source.name}:{number}"
        for source in APP
        if re.match(r"app\.\w+\.domain\b", source.module)
        for number, line in enumerate(source.text.splitlines(), 1)
        if clock.search(line)
    ]
    assert not wrong, wrong


def test_tables_are_written_by_their_own_room() -> None:
    """None of WRITES names a table class that was imported from another room."""
    wrong = []
    for source in APP:
        foreign = _foreign_tables(source)
        for call, name in source.calls():
            if name in WRITES and call.args:
                table = call.args[0]
                while isinstance(table, ast.Attribute):
                    table = table.value
                if isinstance(table, ast.Name) and table.id in foreign:
                    wrong.append(f"{source.name}:{call.lineno} writes {table.id}")
    assert not wrong, "\n".join(wrong)


def test_files_are_readable() -> None:
    """A docstring that says what for, a name that says what it knows, a length that one takes in.

    One test for all: each test of a file takes ten times as long as looking at it.
    """
    wrong = [
        f"{source.name} {fault}" for source in sources("app", "ops", "bench") for fault in faults(source)
    ]
    assert not wrong, "\n".join(wrong)


def faults(source: Source) -> Iterator[str]:
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield "has no docstring"
    if source.path.stem in BAD_NAMES:
        yield "has a name that says nothing"
    if source.text.count("\n") > LINES:
        yield f"is longer than {LINES} lines"
    if "TODO" in source.text or "FIXME" in source.text:
        yield "has something left to do"


def test_layers_are_grouped_by_subject() -> None:
    files = Counter(
        source.path.parent
        for source in APP
        if source.room not in ("", "platform") and source.path.stem != "__init__"
    )
    assert not {str(folder): count for folder, count in files.items() if count > FILES}


def _foreign_tables(source: Source) -> set[str]:
    found = set()
    for imported, _ in source.imports():
        parts = imported.split(".")
        if parts[0] == "app" and parts[1] != source.room and parts[2:4] == ["infrastructure", "tables"]:
            found.add(parts[-1])
    return found


def test_one_place_goes_past_the_statements() -> None:
    """Whatever the driver is given directly, the tenancy guard does not see: bulk loads check their rows, and
    short reads call the guard.

    A presentation has no connection, but the cursors of the API's pages.
    """
    places = (
        "database.engine",
        "database.many_rows",
        "database.short_reads",
        "database.transactions",
        "tenancy.isolation",
    )
    allowed = {f"app.platform.{name}" for name in places}
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in APP
        for node in source.nodes
        if isinstance(node, ast.Attribute)
        and node.attr
        in ("driver_connection", "dbapi_connection", "raw_connection", "cursor", "executescript")
        and source.module not in allowed
        and ".presentation" not in source.module
    ]
    assert not wrong, wrong
