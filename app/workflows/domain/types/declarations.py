"""What a type of step, trigger or goal is made of. One declaration carries everything about a type; whoever
needs to know something of a type asks its declaration, and nobody else names a type.

The folder `steps` declares the types, one file for each subject. What the engine does with a step will
be one more field of `StepType`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from app.workflows.domain.messages.rendering import Rendered
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.setting import Setting

Group: TypeAlias = Literal["action", "timing", "logic"]


@dataclass(frozen=True, slots=True)
class Look:
    """`icon`: a picture of app/static/icons.svg; `tone`: a color of the drawing."""

    icon: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Names:
    """What things outside a part are called. `messages`: step id -> subject or beginning; `workflows`:
    public id -> name."""

    messages: Mapping[str, str] = field(default_factory=dict)
    workflows: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = Names()


class PathFacts(Protocol):
    """What a fork's words may say of a path."""

    @property
    def name(self) -> str: ...

    @property
    def percent(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Described:
    """A trigger, step or goal as its words see it."""

    config: Config
    names: Names = NO_NAMES
    paths: Sequence[PathFacts] = ()


Says: TypeAlias = Callable[[Described], str]
Faults: TypeAlias = Iterator[tuple[str, str]]
"""(name of the setting, sentence)."""


def no_words(_: Described) -> str:
    """For types whose title says it all."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartType:
    """`headline` and `detail`: the two lines of the drawing; without a headline the title is shown. `need`:
    the integration without which it cannot run, or a function that tells it from the settings. `check`: what
    can be wrong besides single settings. `also_called`: other words by which the gallery finds it."""

    type: str
    title: str
    look: Look
    settings: tuple[Setting, ...] = ()
    headline: Says | None = None
    detail: Says = no_words
    need: str | Callable[[Config], str] = ""
    check: Callable[[Config], Faults] | None = None
    also_called: str = ""
    keys: frozenset[str] = field(init=False, repr=False, compare=False)
    """What may stand in its `config`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset({one.name for one in self.settings}))

    def setting(self, name: str) -> Setting | None:
        """The setting of that name."""
        return next((one for one in self.settings if one.name == name), None)

    def applying(self, config: Mapping[str, Any]) -> Sequence[Setting]:
        """The settings that count, given what is set."""
        if all(one.when is None for one in self.settings):
            return self.settings
        siblings = {one.name: one for one in self.settings}
        return [one for one in self.settings if one.applies(config, siblings)]

    def needs(self, config: Config) -> set[str]:
        """The integrations that it cannot run without, given its settings."""
        need = self.need if isinstance(self.need, str) else self.need(config)
        return {need} if need else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """What makes a step a message. `name`: the setting that it is called by; `events`: what can happen to it;
    `render`: the message with the values of a context; `has_postal_address`: one is added to it by law."""

    name: str
    events: frozenset[str]
    render: Callable[[Config, Mapping[str, Any]], Rendered]
    has_postal_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkType:
    """What makes a step a fork. A path is taken by its criteria or by its percentage; `has_default`: one more
    path is for everyone else. `wrong_count`: the sentence for too few or too many, {count} of them."""

    label: str
    least: int
    most: int
    chosen_by: Literal["criteria", "percent"]
    has_default: bool
    wrong_count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepType(PartType):
    """`channel`: the integration through which it reaches people or systems outside. `longest_wait`: for how
    many minutes it holds a contact at most. `stops`: nobody gets past it. `editable`: the settings that may
    be changed on the step's page. `deprecated`: why it is out of use."""

    group: Group
    channel: str = ""
    message: MessageType | None = None
    fork: ForkType | None = None
    longest_wait: Callable[[Config], int] | None = None
    stops: bool = False
    editable: tuple[str, ...] = ()
    deprecated: str = ""

    def __post_init__(self) -> None:
        PartType.__post_init__(self)
        if self.fork:
            paths = {"arms", "default"} if self.fork.has_default else {"arms"}
            object.__setattr__(self, "keys", self.keys | paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerType(PartType):
    """`otherwise`: when people come in who are not added by hand (“when they buy”); nothing for a trigger
    that only people set off. `brings`: the merge tags that its event fills, or their beginning (“event.”)."""

    otherwise: Says = no_words
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalType(PartType):
    """A goal needs nothing besides."""

    look: Look = Look("flag", "success")


T = TypeVar("T", bound=PartType)


class Registry(Generic[T]):
    """All types of one sort, in the order in which people choose among them."""

    def __init__(self, types: Iterable[T] = ()) -> None:
        self._types = {one.type: one for one in types}

    def add(self, one: T) -> None:
        """One type more. Raises ValueError when there is one of that name."""
        if one.type in self._types:
            raise ValueError(f"The type “{one.type}” is declared twice.")
        self._types[one.type] = one

    def remove(self, name: str) -> None:
        """Forget a type."""
        del self._types[name]

    def get(self, name: object) -> T | None:
        """The type of that name, whatever stands in a document."""
        return self._types.get(name) if isinstance(name, str) else None

    def __contains__(self, name: object) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[T]:
        return iter(self._types.values())

    def named(self, names: Collection[str]) -> list[T]:
        """Those of these types that exist, in order."""
        return [one for one in self if one.type in names]
