"""Pages and notices about versions of templates, and updates of workflows from them."""

from flask import Flask

from app.gallery.application.merging.comparing import versions_taken
from app.gallery.application.merging.copying import copy_link
from app.gallery.presentation.merging import notices, panels, update_pages, version_pages
from app.workflows import application as workflows


def init(app: Flask) -> None:
    app.register_blueprint(update_pages.blueprint)
    app.register_blueprint(version_pages.blueprint)
    notices.register()
    workflows.register_panel("template_update", panels.template_update_panel, place="top")
    workflows.register_panel("mapped_fields", panels.mapped_fields_panel, place="side")
    workflows.register_template_versions(versions_taken)
    workflows.register_copy("template_link", copy_link)
    workflows.register_news("template_update", panels.update_news)
