"""Where a workflow comes from: the template, its version and category at the moment of cloning."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a workflow remembers of its template; it stays true when the template changes or goes."""

    template_id: int
    template_name: str
    version: int
    category: str
    cloned_at: datetime

    def words(self) -> str:
        """“New lead welcome, version 3”."""
        return f"{self.template_name}, version {self.version}"

    def versions_behind(self, latest: int) -> int:
        """How many versions the template has gained since; 0 when none."""
        return max(latest - self.version, 0)
