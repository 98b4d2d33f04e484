"""Pages and commands of the gallery room."""

from flask import Flask

from app.gallery import application as gallery
from app.gallery.presentation import audit_words, commands, finding, merging, pages
from app.gallery.presentation.library import commands as library_commands
from app.gallery.presentation.library import files, sharing
from app.gallery.presentation.library import pages as library_pages
from app.gallery.presentation.readiness import pages as readiness_pages
from app.gallery.presentation.saving import pages as saving_pages
from app.gallery.presentation.trying import pages as try_pages
from app.workflows import application as workflows


def init(app: Flask) -> None:
    for one in (pages, try_pages, library_pages, files, sharing, saving_pages, readiness_pages):
        app.register_blueprint(one.blueprint)
    merging.init(app)
    audit_words.register()
    finding.register_provider()
    commands.register(app)
    library_commands.register(app)
    workflows.register_template_ids(gallery.template_ids)
