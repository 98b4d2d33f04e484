"""codes instead of sentences for answers to messages that are looked for"""

import sqlalchemy as sa
from alembic import op

revision = "0073_codes_of_answers"
down_revision = "0072_sending_records"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "The previous release shows the code of an answer instead of its sentence until it is replaced."
)

_SENTENCES = {
    "frequency_cap": "Waits, because the contact has had as many messages as the frequency cap allows.",
    "quiet_hours": "Waits for the end of the quiet hours where the contact is.",
    "no_mail_server": "Kept in the outbox, because no mail server is connected.",
    "no_sms_provider": "Kept in the outbox, because no SMS service is connected.",
    "rehearsal": "Kept in the outbox, because only some addresses get emails at the moment.",
}
_messages = sa.table("messages", sa.column("answer", sa.String))


def upgrade() -> None:
    _replace({sentence: code for code, sentence in _SENTENCES.items()})


def downgrade() -> None:
    _replace({code: sentence for code, sentence in _SENTENCES.items() if code != "quiet_hours"})


def _replace(answers: dict[str, str]) -> None:
    one = _messages.c.answer
    op.execute(_messages.update().where(one.in_(answers)).values(answer=sa.case(answers, value=one)))
