"""Labels of the answers to questions about consent."""

from typing import Final

from app.files.domain.consent.questions import NOT_CONSENT

COLUMN_CHOICES: Final = (
    (NOT_CONSENT, "No, it’s about something else"),
    ("consent", "Yes: marketing consent (“no” means don’t contact)"),
    ("opt_out", "Yes: opt-outs (“yes” means don’t contact)"),
    ("bounced", "Yes: bounces (“yes” means it bounced)"),
    ("consent_note", "Partly: only values that clearly say no count"),
    ("sms_consent", "SMS consent: “yes” allows text messages, “no” stops them"),
    ("channel_consent", "Another channel: leave out people with “no”"),
    ("channel_opt_out", "Another channel: leave out people with “yes”"),
)
WORD_CHOICES: Final = (
    ("yes", "May be contacted"),
    ("leave-out", "Leave out (contact unchanged)"),
    ("no", "Unsubscribed"),
)
