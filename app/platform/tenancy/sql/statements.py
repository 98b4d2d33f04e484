"""Determine the accounts whose rows a SQL statement uses.

A statement passes if every owned table is bound to one account: its `account_id` equals a value, or the
`account_id` of another table that is bound. Whatever is not fully understood is refused, so statements must
be written in a supported way.
"""

import re
from typing import NamedTuple

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from app.platform.tenancy.sql.parts import NotUnderstood, Tables
from app.platform.tenancy.sql.writes import StatementReader


class Given(NamedTuple):
    """A parameter of a statement: `key` is its name, or its position among all parameters."""

    key: str | int


def accounts_named(statement: str, dialect: str, tables: Tables) -> tuple[int | Given, ...]:
    """Return the accounts whose rows `statement` uses. Raises NotUnderstood.

    `dialect` is `sqlite`, with parameters `?`, or `postgresql`, with parameters `%(name)s` or `%s`. The
    placeholder of SQLAlchemy for a list of values counts as one parameter, which is no account.
    """
    if _HARMLESS.fullmatch(" ".join(statement.split())):
        return ()
    grammar = Dialect.get_or_raise("postgres" if dialect == "postgresql" else dialect)
    reader = StatementReader(tables, folds_quoted_names=dialect == "sqlite")
    try:
        text, keys = _with_named_values(statement, dialect)
        tokens = grammar.tokenize(text)
        _refuse_odd_tokens(text, tokens)
        trees = grammar.parser().parse(tokens, text)
        if len(trees) != 1 or trees[0] is None:
            raise NotUnderstood("is several statements or none")
        reader.read(trees[0])
    except (SqlglotError, RecursionError) as error:
        raise NotUnderstood(f"can’t be parsed ({type(error).__name__})") from None
    found = (one if isinstance(one, int) else Given(keys[int(one[1:])]) for one in reader.accounts)
    return tuple(dict.fromkeys(found))


_NAME = r'(?:\w+|"\w+")'
_HARMLESS = re.compile(
    r"begin(?: immediate)?|commit|rollback"
    rf"|(?:savepoint|release savepoint|rollback to savepoint) {_NAME}"
    r"|set (?:local |session )?(?:\w+_timeout|enable_\w+|work_mem|jit|synchronous_commit|plan_cache_mode)"
    r" (?:=|to) (?:'\w+'|\w+)"
    r"|show (?:standard_conforming_strings|transaction isolation level|\w+_timeout|server_version)"
    rf"|analyze {_NAME}"
    rf"|pragma (?:(?:main|temp)\.)?(?:table_x?info|index_list|index_x?info|foreign_key_list)\({_NAME}\)"
    r"|pragma (?:page_count|page_size|freelist_count|user_version|foreign_keys|journal_mode)"
    rf"|drop table if exists (?:pg_temp|temp)\.{_NAME}",
    re.IGNORECASE | re.ASCII,
)
"""Statements that show nobody's rows and change none."""


_ANY_NUMBER = r"__\[POSTCOMPILE_\S+?(?:~~.+?~~)?\]"
_VALUES = {
    "sqlite": re.compile(
        rf"""'(?:[^']|'')*'|"[^"]*"|`[^`]*`|(?P<many>{_ANY_NUMBER})|\[[^\]]*\]|(?P<one>\?)(?P<odd>\w)?"""
    ),
    "postgresql": re.compile(rf"%%|(?P<many>{_ANY_NUMBER})|(?P<one>%\((?P<name>\w+)\)s|%s)|(?P<odd>%)"),
}
_TAKEN = re.compile(r":[qs]\d")


def _with_named_values(statement: str, dialect: str) -> tuple[str, list[str | int]]:
    """Return the statement with `:q0`, `:q1`, … for parameters and `:s2` for lists, and their keys."""
    keys: list[str | int] = []

    def named(found: re.Match[str]) -> str:
        if found["odd"]:
            raise NotUnderstood("has values of another kind")
        if not (found["one"] or found["many"]):
            return "%" if found[0] == "%%" else found[0]
        keys.append(found.groupdict().get("name") or len(keys))
        return f":{'q' if found['one'] else 's'}{len(keys) - 1}"

    if _TAKEN.search(statement):
        raise NotUnderstood("has values of another kind")
    return _VALUES[dialect].sub(named, statement), keys


_PLAIN_TOKENS = frozenset(
    kind for kind in TokenType if not kind.name.endswith("_STRING") and kind.name not in ("SEMICOLON", "HINT")
)
_IDENTIFIER = re.compile(r'"[A-Za-z_][\w$ -]{0,62}"|`[A-Za-z_]\w{0,62}`|\[[A-Za-z_]\w{0,62}\]', re.ASCII)


def _refuse_odd_tokens(text: str, tokens: list[Token]) -> None:
    """Refuse comments, special string literals, odd characters between tokens, and ambiguous names.

    A name is ambiguous if databases may fold its case or truncate it differently.
    """
    last = 0
    for token in tokens:
        if text[last : token.start].strip(" \t\r\n"):
            raise NotUnderstood("has a comment or an odd character")
        last = token.end + 1
        written = text[token.start : last]
        if token.token_type == TokenType.STRING:
            is_plain = written[0] == written[-1] == "'"
        elif token.token_type == TokenType.IDENTIFIER:
            is_plain = _IDENTIFIER.fullmatch(written) is not None
        else:
            is_plain = token.token_type in _PLAIN_TOKENS and written.isascii() and len(written) <= 63
        if not is_plain:
            raise NotUnderstood(f"has a word of an unusual kind ({written[:40]})")
    if text[last:].strip(" \t\r\n"):
        raise NotUnderstood("has a comment or an odd character")
