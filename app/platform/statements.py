"""Whose rows a SQL statement is about: read far enough to tell whether it says so for each guarded table.

A condition counts where it narrows the result: in WHERE or ON of the very query that names the table, in all
branches of an OR, not inside NOT. `a.account_id = b.account_id` binds a table as far as the other is bound.
What is not understood counts as not said, so that a statement of ours has to be written more clearly.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

Said = set[tuple[str, str | None]]
"""What a condition says: (name of a table, None for a value or the name of the table that it goes with)."""

_SKIPPED = re.compile(
    r"--[^\n]*|/\*.*?\*/|('(?:[^']|'')*'|%\(\w+\)s|%s|\$\d+|(?<![:\w]):\w+|(?<![\w.])\d[\w.]*)", re.DOTALL
)
_IN_QUOTES = re.compile(r'"(\w+)"|`(\w+)`|\[([A-Za-z_]\w*)\]')
_PARTS = re.compile(r"(\(\s*(?:select|with|insert|update|delete|values)\b|\bselect\b|[()])")
_GROUP_OF_TABLES = re.compile(r"(\b(?:from|join)|,)\s*\(([^()]*\bjoin\b(?:[^()]|\([^()]*\))*)\)")
_CLAUSE = re.compile(
    r"(?<!distinct )\bfrom\b|\b(?:group|order) by\b|\btruncate(?: table)?\b"
    r"|\b(?:select|where|having|set|update|using|values|limit|offset|returning|window|fetch)\b"
    r"|\bfor (?:update|no key|share|key)\b.*|\b(?:insert|replace|merge) [a-z ]*?\binto\b|\bon conflict\b.*"
)
_NEXT_TABLE = re.compile(r"(,|\b(?:(?:left|right|full) (?:outer )?)?(?:inner |cross |natural )*join\b)")
_TABLE = re.compile(
    r"\(*\s*(?:only |lateral |table )*(?:\w+\s*\.\s*)?(\w+)\b(?!\s*[(.])"
    r"(?:\s+(?:as\s+)?(?!(?:on|not|using|tablesample)\b)(\w+))?"
)
_WRITTEN = re.compile(r"\s*(?:\w+\.)?(\w+)\s*(?:as \w+\s*)?(?:\(([^)]*)\))?")
_ON = re.compile(r"\bon\b")
_OWNER = re.compile(
    r"(?:\w+\.)?(\w+)\.account_id\s*"
    r"(?:=\s*(?:[?§]|any\b|cast\b).*|=\s*(?:\w+\.)?(\w+)\.account_id|in\b.*|is null)"
    r"|\?\s*=\s*(?:\w+\.)?(\w+)\.account_id"
)


@dataclass
class _Query:
    """One SELECT, UPDATE, DELETE or INSERT, the queries inside it cut out. `tables` {name here: table}."""

    outer: "_Query | None" = None
    text: str = ""
    tables: dict[str, str] = field(default_factory=dict)
    said: Said = field(default_factory=set)
    ownerless: str | None = None

    def is_bound(self, name: str, guarded: Set[str], seen: frozenset[tuple[int, str]] = frozenset()) -> bool:
        """Whether the rows of what is called `name` here belong to accounts that the statement names."""
        if name not in self.tables:
            return self.outer is None or self.outer.is_bound(name, guarded, seen)
        if self.tables[name] not in guarded or (name, None) in self.said:
            return True
        here = seen | {(id(self), name)}
        others = [other for one, other in self.said if one == name and other is not None]
        return any((id(self), other) not in here and self.is_bound(other, guarded, here) for other in others)


def unscoped_table(statement: str, guarded: Set[str]) -> str | None:
    """The first table of `guarded` in the statement that is not bound to accounts, or None."""
    for query in _queries(_plain(statement)):
        _read(query)
        if query.ownerless in guarded:
            return query.ownerless
        for name, table in query.tables.items():
            if table in guarded and not query.is_bound(name, guarded):
                return table
    return None


def _plain(statement: str) -> str:
    """Without comments, quotes, casts and capitals; every value is `?`, every list of values `(?)`."""
    text = _SKIPPED.sub(lambda found: "?" if found[1] else " ", statement)
    text = _IN_QUOTES.sub(lambda found: found[1] or found[2] or found[3], text).lower()
    text = re.sub(r"::\w+(?: with(?:out)? time zone)?(?:\[\])?", "", " ".join(text.split()))
    return re.sub(r"\(\s*\?[\s?,]*\)", "(?)", text)


def _queries(text: str) -> Iterator[_Query]:
    """All queries of the statement, outer ones first so far as they are read; `§` stands for an inner one."""
    here = _Query()
    found, opened = [here], list[_Query | None]()
    for part in _PARTS.split(text):
        if part == "(":
            opened.append(None)
        elif part == ")":
            around = opened.pop() if opened else None
            if around is not None:
                here, part = around, " § "
        elif part.startswith("("):
            opened.append(here)
            here, part = _Query(here), part[1:]
            found.append(here)
        elif part == "select" and here.text.strip():  # of UNION or INSERT … SELECT: a query of its own
            here = _Query(here.outer)
            found.append(here)
        here.text += part
    yield from found


def _read(query: _Query) -> None:
    """Find the tables of a query and what is said of them."""
    text = _GROUP_OF_TABLES.sub(r"\1 \2", query.text)
    clauses = _CLAUSE.finditer(_masked(text))
    marks = [(found.group().split()[0], found.start(), found.end()) for found in clauses]
    ends = [start for _, start, _ in marks[1:]] + [len(text)]
    for (word, _, begin), end in zip(marks, ends, strict=False):
        clause = text[begin:end]
        if word in ("from", "update", "using"):
            _read_tables(query, clause)
        elif word in ("where", "having"):
            query.said |= _said(clause)
        elif word in ("insert", "replace", "merge", "truncate") and (written := _WRITTEN.match(clause)):
            has_owner = word == "insert" and re.search(r"\baccount_id\b", written[2] or "")
            query.ownerless = None if has_owner else written[1]


def _read_tables(query: _Query, clause: str) -> None:
    """`a JOIN b ON …, c`: an outer join's condition narrows the table that it joins and no other."""
    places = [(0, 0, "")]
    places += [(found.start(), found.end(), found.group()) for found in _NEXT_TABLE.finditer(_masked(clause))]
    ends = [start for start, _, _ in places[1:]] + [len(clause)]
    for (_, begin, how), end in zip(places, ends, strict=True):
        table, *conditions = _cut(_ON, clause[begin:end])
        name = _name_table(query, table)
        is_outer = how.startswith(("left", "right", "full"))
        for condition in conditions:
            query.said |= {one for one in _said(condition) if not is_outer or one[0] == name}


def _name_table(query: _Query, text: str) -> str | None:
    found = _TABLE.match(text.strip())
    if found is None:
        return None
    name = found[2] or found[1]
    query.tables[name] = found[1]
    return name


def _said(condition: str) -> Said:
    """What holds in every branch of a condition."""
    branches = [_said_together(branch) for branch in _cut(re.compile(r"\bor\b"), condition)]
    return set.intersection(*branches)


def _said_together(condition: str) -> Said:
    said: Said = set()
    for part in map(str.strip, _cut(re.compile(r"\band\b"), condition)):
        if re.fullmatch(r"\(~*\)", _masked(part)):
            said |= _said(part[1:-1])
        elif found := _OWNER.fullmatch(part):
            name, other = found[1] or found[3], found[2]
            said |= {(name, other)} | ({(other, name)} if other else set())
    return said


def _cut(at: re.Pattern[str], text: str) -> list[str]:
    """The text cut at what stands outside of all brackets."""
    places = [found.span() for found in at.finditer(_masked(text))]
    begins, ends = [0, *(end for _, end in places)], [*(start for start, _ in places), len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _masked(text: str) -> str:
    """The text with everything inside brackets made unreadable, at the same length."""
    depth, last, masked = 0, 0, []
    for found in re.finditer(r"[()]", text):
        at = found.start()
        depth -= found.group() == ")"
        masked.append(text[last:at] if depth == 0 and found.group() == "(" else "~" * (at - last))
        masked.append(found.group() if depth == 0 else "~")
        depth += found.group() == "("
        last = at + 1
    masked.append("~" * (len(text) - last) if depth > 0 else text[last:])
    return "".join(masked)
