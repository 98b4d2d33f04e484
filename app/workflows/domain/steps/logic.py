"""Step types that control the flow: branch, split and stop."""

from app.platform.text.words import counted, joined
from app.workflows.domain.types.declarations import Described, ForkType, Look, StepType
from app.workflows.domain.types.setting import Setting
from app.workflows.domain.types.words import readable

BRANCH_PATHS = (1, 10)
SPLIT_PATHS = (2, 5)


def _shares(it: Described) -> str:
    shares = "/".join(str(path.percent) if isinstance(path.percent, int) else "?" for path in it.paths)
    return f"A/B split {shares}".strip()


TYPES = (
    StepType(
        type="branch",
        title="Branch",
        about="Send contacts down different paths by conditions.",
        group="logic",
        look=Look("branch", "info"),
        also_called="condition if",
        detail=lambda it: f"{counted(len(it.paths), 'path')}, first match wins",
        fork=ForkType(
            label="Branch",
            least=BRANCH_PATHS[0],
            most=BRANCH_PATHS[1],
            chosen_by="criteria",
            has_default=True,
            wrong_count=(
                f"A branch needs {BRANCH_PATHS[0]} to {BRANCH_PATHS[1]} paths with conditions, "
                "plus one for everyone else."
            ),
        ),
    ),
    StepType(
        type="split",
        title="Split",
        about="Send contacts down different paths by percentage.",
        group="logic",
        look=Look("split", "info"),
        also_called="ab test experiment",
        headline=_shares,
        detail=lambda it: joined([path.name for path in it.paths if path.name]),
        fork=ForkType(
            label="A/B split",
            least=SPLIT_PATHS[0],
            most=SPLIT_PATHS[1],
            chosen_by="percent",
            has_default=False,
            wrong_count=f"A split needs {SPLIT_PATHS[0]} to {SPLIT_PATHS[1]} paths; this one has {{count}}.",
        ),
    ),
    StepType(
        type="stop",
        title="Stop",
        about="End the workflow for the contact.",
        group="logic",
        look=Look("stop"),
        settings=(Setting("reason", "Reason", "text", required=False),),
        detail=lambda it: readable(it.config.get("reason"), 120),
        stops=True,
    ),
)
