"""Public interface of the forms room."""

from app.forms.application.editing import (
    FormPage,
    ListedForm,
    archive_form,
    change_form,
    create_form,
    find_form,
    form_names,
    list_forms,
    names_using_field,
    restore_form,
)

__all__ = [
    "FormPage",
    "ListedForm",
    "archive_form",
    "change_form",
    "create_form",
    "find_form",
    "form_names",
    "list_forms",
    "names_using_field",
    "restore_form",
]
