"""Taking enrollments on from step to step. `move_due` is one move; `move_all_due` makes moves until none is
due."""

from app.engine.application.moving.moves import MOVE_TASK, move_all_due, move_due, wake_movers

__all__ = ["MOVE_TASK", "move_all_due", "move_due", "wake_movers"]
