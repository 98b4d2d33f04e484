"""Operations of the API on jobs: start and dry run, list, progress, control, rows and fixing them, retry,
undo."""

from app.bulk_enrollment.presentation.api import again, control, dry_runs, fixing, jobs, rows, starting
from app.platform.api.operations import blueprint as api_blueprint

blueprint = api_blueprint("bulk_enrollment")
for part in (starting, dry_runs, jobs, control, rows, fixing, again):
    part.add_to(blueprint)
