"""Public interface of the engine room: `enroll_many` enrolls contacts, `withdraw_many` undoes that; the other
functions read enrollments."""

from app.engine.application.analytics.totals import (
    FEWEST_ENROLLED,
    Cohort,
    MessageTotals,
    Totals,
    cohorts_of,
    messages_of,
    totals_of,
)
from app.engine.application.archiving import register_archival
from app.engine.application.braking import register_brakes
from app.engine.application.deliveries import register_delivery_source
from app.engine.application.enrolling import (
    enroll_many,
    foresee_withdrawal,
    withdraw_deleted,
    withdraw_many,
)
from app.engine.application.erasing import register_eraser
from app.engine.application.hearing import register_listener
from app.engine.application.leaving import CAME_BACK, LEFT, register_leaving
from app.engine.application.membership import register_terms
from app.engine.application.messages.reactions import register as register_reactions
from app.engine.application.messages.writing import register_source
from app.engine.application.reading import (
    VIEWS,
    Figures,
    People,
    TriggerState,
    View,
    active_and_counted,
    contact_enrollments,
    figures_of,
    names_of_workflows,
    people_in,
    people_left,
    people_under_way,
    step_notes,
    trigger_of,
)
from app.engine.application.recounts.recounting import Correction, recount_enrollments
from app.engine.application.recounts.verifying import Check, Verified, verify_workflows
from app.engine.application.starting import Start, pace_of, start_held, start_plan
from app.engine.application.triggers import register_listener as register_triggers
from app.engine.application.triggers import register_receiver

__all__ = [
    "CAME_BACK",
    "FEWEST_ENROLLED",
    "LEFT",
    "VIEWS",
    "Check",
    "Cohort",
    "Correction",
    "Figures",
    "MessageTotals",
    "People",
    "Start",
    "Totals",
    "TriggerState",
    "Verified",
    "View",
    "active_and_counted",
    "cohorts_of",
    "contact_enrollments",
    "enroll_many",
    "figures_of",
    "foresee_withdrawal",
    "messages_of",
    "names_of_workflows",
    "pace_of",
    "people_in",
    "people_left",
    "people_under_way",
    "recount_enrollments",
    "register_archival",
    "register_brakes",
    "register_delivery_source",
    "register_eraser",
    "register_leaving",
    "register_listener",
    "register_reactions",
    "register_receiver",
    "register_source",
    "register_terms",
    "register_triggers",
    "start_held",
    "start_plan",
    "step_notes",
    "totals_of",
    "trigger_of",
    "verify_workflows",
    "withdraw_deleted",
    "withdraw_many",
]
