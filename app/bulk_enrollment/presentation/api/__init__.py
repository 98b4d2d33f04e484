"""Operations of the API on jobs: start and dry run, list, progress, rows, control, retry, undo."""

from app.bulk_enrollment.presentation.api import again, dry_runs, jobs, rows, starting
from app.platform.api.operations import blueprint as api_blueprint

blueprint = api_blueprint("bulk_enrollment")
for part in (starting, dry_runs, jobs, rows, again):
    part.add_to(blueprint)
