"""Classes for the declarations of step, trigger and goal types.

A declaration contains everything about a type, so no other code needs to compare type names. The folder
`steps` contains the declarations, one file for each subject.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from app.workflows.domain.messages.rendering import Rendered
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.setting import Setting

Group: TypeAlias = Literal["action", "timing", "logic"]
GROUPS: Final[Mapping[str, str]] = {"action": "Actions", "timing": "Timing", "logic": "Logic"}
MESSAGES: Final = "Messages"
"""The title of the actions that are messages, which come before the others."""


@dataclass(frozen=True, slots=True)
class Look:
    """Appearance of a part: `icon` in app/static/icons.svg, and `tone`, a color of the drawing."""

    icon: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Names:
    """Names of things outside a part.

    `messages` is {step id: subject or beginning of the text}, `workflows` {public id: name}.
    """

    messages: Mapping[str, str] = field(default_factory=dict)
    workflows: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = Names()


class PathFacts(Protocol):
    """The properties of a path that the wording of a fork may use."""

    @property
    def name(self) -> str: ...

    @property
    def percent(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Described:
    """The data of a part that its wording may use."""

    config: Config
    names: Names = NO_NAMES
    paths: Sequence[PathFacts] = ()


Says: TypeAlias = Callable[[Described], str]
Fits: TypeAlias = Callable[[Config, Mapping[str, Any]], bool]
"""Whether an event that another system reports is meant, given the settings and the details of the event."""

Faults: TypeAlias = Iterator[tuple[str, str]]
"""(name of the setting, sentence)."""


def no_words(_: Described) -> str:
    """Return an empty text, for types that need no detail."""
    return ""


def no_field(_: Config) -> str:
    """Return no contact field."""
    return ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a contact that a step makes or a trigger waits for.

    `kind` is that of the contacts room (such as “tag_added”), `what` the key of a tag or the name of a field;
    `value` is the new value of the field, None for any or one that is not known in advance. `rule` is what
    then holds of the contact, as a rule of criteria.
    """

    kind: str
    what: str = ""
    value: str | None = None
    rule: Mapping[str, Any] | None = None

    def brings(self, other: "Change") -> bool:
        """Return whether a step that makes this change can start a trigger that waits for the other."""
        if (self.kind, self.what) != (other.kind, other.what):
            return False
        return None in (self.value, other.value) or self.value == other.value


def no_change(_: Config) -> Change | None:
    """Return no change of a contact."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartType:
    """The declaration of a type.

    `headline` and `detail` are the two lines in the drawing; without a headline the title is shown. `need` is
    the integration that it requires, or a function of its settings. `check` finds problems that involve
    several settings. `also_called` are further search terms for the gallery, `about` explains the type in the
    list of types, `editable` are the settings that may be changed on its page, by default all.
    """

    type: str
    title: str
    look: Look
    settings: tuple[Setting, ...] = ()
    headline: Says | None = None
    detail: Says = no_words
    need: str | Callable[[Config], str] = ""
    check: Callable[[Config], Faults] | None = None
    also_called: str = ""
    about: str = ""
    editable: tuple[str, ...] = ()
    keys: frozenset[str] = field(init=False, repr=False, compare=False)
    """What may stand in its `config`."""

    def __post_init__(self) -> None:
        names = tuple(dict.fromkeys(one.name for one in self.settings))
        object.__setattr__(self, "keys", frozenset(names))
        if not self.editable:
            object.__setattr__(self, "editable", names)

    def setting(self, name: str) -> Setting | None:
        """Return the setting with this name, or None."""
        return next((one for one in self.settings if one.name == name), None)

    def applying(self, config: Mapping[str, Any]) -> Sequence[Setting]:
        """Return the settings that apply, given the values."""
        if all(one.when is None for one in self.settings):
            return self.settings
        siblings = {one.name: one for one in self.settings}
        return [one for one in self.settings if one.applies(config, siblings)]

    def needs(self, config: Config) -> set[str]:
        """Return the integrations that it requires, given its settings."""
        need = self.need if isinstance(self.need, str) else self.need(config)
        return {need} if need else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """The properties of message steps.

    `name` is the setting that serves as the message's name, `events` are the possible reactions to it,
    `render` renders it with a context. `address` is the contact field that it is sent to.
    `has_postal_address` means that the law requires one in it.
    """

    name: str
    events: frozenset[str]
    render: Callable[[Config, Mapping[str, Any]], Rendered]
    address: str = ""
    has_postal_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkType:
    """The properties of forks, whose paths have criteria or percentages.

    `has_default` means that there is a further path for everyone else. `wrong_count` is the sentence for too
    few or too many paths, with the placeholder {count}.
    """

    label: str
    least: int
    most: int
    chosen_by: Literal["criteria", "percent"]
    has_default: bool
    wrong_count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepType(PartType):
    """The declaration of a step type.

    `channel` is the integration through which it reaches people or external systems, `longest_wait` the
    longest time in minutes that it holds a contact, and `shortest_wait` the shortest.
    `stops` means that no contact passes it, `enters` is the setting with the workflow that it adds contacts
    to, `changes` the change that it makes to contacts; `deprecated` says why the type is out of use.
    """

    group: Group
    channel: str = ""
    message: MessageType | None = None
    fork: ForkType | None = None
    longest_wait: Callable[[Config], int] | None = None
    shortest_wait: Callable[[Config], int] | None = None
    stops: bool = False
    enters: str = ""
    changes: Callable[[Config], Change | None] = no_change
    deprecated: str = ""

    def __post_init__(self) -> None:
        PartType.__post_init__(self)
        if self.fork:
            paths = {"arms", "default"} if self.fork.has_default else {"arms"}
            object.__setattr__(self, "keys", self.keys | paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerType(PartType):
    """The declaration of a trigger type.

    `otherwise` says when people start who are not added by hand (“when they buy”); it is empty for manual
    triggers. `starts_on` returns the contact field with the date on which a contact starts; empty if
    something else starts them. `on_change` returns the change of a contact that starts it. `brings` are the
    merge tags that the event fills, or their prefix ("event."). `fits`: events of its type, which other
    systems report, start it. A trigger that does not enroll leaves that to people.
    """

    otherwise: Says = no_words
    starts_on: Callable[[Config], str] = no_field
    on_change: Callable[[Config], Change | None] = no_change
    brings: tuple[str, ...] = ()
    fits: Fits | None = None
    enrolls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalType(PartType):
    """The declaration of a goal type. `fits`: it is reached by events of its type."""

    fits: Fits | None = None
    look: Look = Look("flag", "success")


T = TypeVar("T", bound=PartType)


class Registry(Generic[T]):
    """All types of one kind, in the order in which they are offered."""

    def __init__(self, types: Iterable[T] = ()) -> None:
        self._types = {one.type: one for one in types}

    def add(self, one: T) -> None:
        """Add a type. Raises ValueError if its name is taken."""
        if one.type in self._types:
            raise ValueError(f"The type “{one.type}” is declared twice.")
        self._types[one.type] = one

    def remove(self, name: str) -> None:
        """Remove a type."""
        del self._types[name]

    def get(self, name: object) -> T | None:
        """Return the type with this name, or None; `name` may be any JSON value."""
        return self._types.get(name) if isinstance(name, str) else None

    def __contains__(self, name: object) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[T]:
        return iter(self._types.values())

    def named(self, names: Collection[str]) -> list[T]:
        """Return the types with these names that exist, in order."""
        return [one for one in self if one.type in names]
