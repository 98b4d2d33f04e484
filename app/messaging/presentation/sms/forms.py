"""Forms of Settings > SMS. They define fields only; values are validated by the use cases."""

from wtforms import BooleanField, PasswordField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice

from app.messaging.application.sms.settings import ShownSms
from app.messaging.domain.sms.quiet_hours import NIGHT
from app.messaging.domain.sms.settings import MAX_TOKEN
from app.messaging.presentation.mail_forms import Form
from app.platform.text.pace_words import clock_field

CONSENT = {
    "recorded": "Only to people whose consent to text messages is recorded",
    "covered": "To everyone who can be contacted and has not opted out of text messages",
}


class ProviderForm(Form):
    account_sid = StringField("Account SID", render_kw={"maxlength": 40})
    token = PasswordField("Auth token", render_kw={"maxlength": MAX_TOKEN})
    sender = StringField("Sender", render_kw={"maxlength": 40})
    per_second = StringField("Messages per second", render_kw={"maxlength": 6})
    quiet_hours = BooleanField("Don’t send text messages during quiet hours", default=True)
    quiet_from = StringField("Quiet hours from", default=clock_field(NIGHT.begins))
    quiet_until = StringField("Quiet hours until", default=clock_field(NIGHT.ends))
    consent = RadioField(
        "Text messages are sent",
        choices=[SelectChoice(value, label) for value, label in CONSENT.items()],
        default="recorded",
        validate_choice=False,
    )

    @classmethod
    def of(cls, known: ShownSms | None) -> "ProviderForm":
        if known is None:
            return cls(formdata=None)
        settings = known.settings
        return cls(
            formdata=None,
            account_sid=settings.account_sid,
            sender=settings.sender,
            per_second=str(settings.per_second or ""),
            consent="recorded" if settings.asks_consent else "covered",
            quiet_hours=settings.quiet_hours is not None,
            quiet_from=clock_field((settings.quiet_hours or NIGHT).begins),
            quiet_until=clock_field((settings.quiet_hours or NIGHT).ends),
        )


class SmsSendingForm(Form):
    sending_paused = BooleanField("Pause sending of text messages")

    @classmethod
    def of(cls, known: ShownSms) -> "SmsSendingForm":
        return cls(formdata=None, sending_paused=known.sending_paused)


class SmsTestForm(Form):
    to = TelField("To", render_kw={"maxlength": 40})
