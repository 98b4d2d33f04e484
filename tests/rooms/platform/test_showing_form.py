"""Forms show what use cases find wrong, also what belongs to none of their fields."""

from flask import Flask, render_template_string
from wtforms import StringField

from app.platform import web

SUMMARY = '{% import "ui/forms.html" as forms %}{{ forms.error_summary(form) }}'


class NameForm(web.ShowingForm):
    name = StringField("Name")


def test_each_problem_is_shown(app: Flask) -> None:
    with app.test_request_context():
        form = NameForm(formdata=None)
        form.show({"name": "Enter a name.", "other": "It’s too late."})
        assert form.name.errors == ["Enter a name."]
        shown = render_template_string(SUMMARY, form=form)
    assert "Name: Enter a name." in shown and "<li>It’s too late.</li>" in shown
