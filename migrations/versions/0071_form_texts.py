"""forms whose texts are the default ones store none, so that they follow the default"""

import sqlalchemy as sa
from alembic import op

revision = "0071_form_texts"
down_revision = "0070_forms"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "The previous release shows these forms without the text of the button and without thanks until it"
    " is replaced."
)

DEFAULTS = {
    "button": ("Sign up",),
    "thanks": ("Thank you for signing up.", "Thank you. You’re signed up."),
}
FORMS = sa.table("forms", *(sa.column(name, sa.Text) for name in DEFAULTS))


def upgrade() -> None:
    for name, texts in DEFAULTS.items():
        op.execute(sa.update(FORMS).where(FORMS.c[name].in_(texts)).values({name: ""}))


def downgrade() -> None:
    for name, (text, *_) in DEFAULTS.items():
        op.execute(sa.update(FORMS).where(FORMS.c[name] == "").values({name: text}))
