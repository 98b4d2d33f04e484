"""Public interface of the forms room."""

from app.forms.application.editing import (
    FormPage,
    archive_form,
    askable_fields,
    change_form,
    create_form,
    find_form,
    form_names,
    list_forms,
    names_using_field,
    restore_form,
)
from app.forms.application.submitted import ListedSubmission, SubmissionPage, submissions_of_form

__all__ = [
    "FormPage",
    "ListedSubmission",
    "SubmissionPage",
    "archive_form",
    "askable_fields",
    "change_form",
    "create_form",
    "find_form",
    "form_names",
    "list_forms",
    "names_using_field",
    "restore_form",
    "submissions_of_form",
]
