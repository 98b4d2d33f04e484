"""The home page and the first visit."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return render_template("home/home.html", nav_active="home")


@blueprint.get("/setup")
def set_up() -> ResponseReturnValue:
    return render_template("home/home.html")
