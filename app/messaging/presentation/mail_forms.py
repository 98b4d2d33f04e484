"""Forms of Settings > Email. They define fields only; values are validated by the use cases."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from app.messaging.application.mailbox.settings import ShownMailbox
from app.messaging.application.sending_domains.keys import MAX_PEM
from app.messaging.application.servers.mail_servers import ShownServer
from app.messaging.application.servers.senders import ListedSender
from app.messaging.domain.mail_settings import (
    LIMITS,
    MAX_FOLDER,
    MAX_HOST,
    MAX_NAME,
    MAX_PASSWORD,
    MAX_USER,
    Security,
)
from app.messaging.domain.pace.brakes import BrakeLimits, percent_of
from app.messaging.domain.pace.frequency import Beyond, FrequencyCap
from app.messaging.domain.providers.reading import NAMES, Provider
from app.messaging.domain.providers.signing import MAX_KEY
from app.messaging.domain.sending_domains.dkim import MAX_SELECTOR
from app.platform import web

SECURITIES = {
    Security.STARTTLS: "STARTTLS (usually port 587)",
    Security.TLS: "TLS (usually port 465)",
    Security.NONE: "None (only in your own network)",
}
MAILBOX_SECURITIES = {
    Security.TLS: "TLS (usually port 993)",
    Security.STARTTLS: "STARTTLS (usually port 143)",
    Security.NONE: "None (only in your own network)",
}
BEYOND = {
    Beyond.WAIT: "Wait until they are allowed",
    Beyond.SKIP: "Are skipped",
}
MAX_ADDRESS = 254


class Form(web.ShowingForm):
    @property
    def typed(self) -> dict[str, str]:
        """The submitted texts as {field: text}."""
        return {field.name: str(field.data or "") for field in self}


class ServerForm(Form):
    host = StringField("Server", render_kw={"maxlength": MAX_HOST})
    port = StringField("Port", default="587", render_kw={"maxlength": 6})
    security = SelectField(
        "Encryption",
        choices=[SelectChoice(value.value, label) for value, label in SECURITIES.items()],
        validate_choice=False,
    )
    user = StringField("User name", render_kw={"maxlength": MAX_USER})
    password = PasswordField("Password", render_kw={"maxlength": MAX_PASSWORD})

    @classmethod
    def of(cls, server: ShownServer | None) -> "ServerForm":
        if server is None:
            return cls(formdata=None)
        known = server.address
        return cls(
            formdata=None,
            host=known.host,
            port=str(known.port),
            security=known.security.value,
            user=known.user,
        )


class MailboxForm(Form):
    mailbox_host = StringField("Server", render_kw={"maxlength": MAX_HOST})
    mailbox_port = StringField("Port", default="993", render_kw={"maxlength": 6})
    mailbox_security = SelectField(
        "Encryption",
        choices=[SelectChoice(value.value, label) for value, label in MAILBOX_SECURITIES.items()],
        validate_choice=False,
    )
    mailbox_user = StringField("User name", render_kw={"maxlength": MAX_USER})
    mailbox_password = PasswordField("Password", render_kw={"maxlength": MAX_PASSWORD})
    mailbox_folder = StringField("Folder", default="INBOX", render_kw={"maxlength": MAX_FOLDER})

    @property
    def typed(self) -> dict[str, str]:
        return {name.removeprefix("mailbox_"): text for name, text in super().typed.items()}

    def show(self, problems: Mapping[str, str]) -> None:
        super().show({f"mailbox_{name}": sentence for name, sentence in problems.items()})

    @classmethod
    def of(cls, mailbox: ShownMailbox | None) -> "MailboxForm":
        if mailbox is None:
            return cls(formdata=None)
        known = mailbox.address
        return cls(
            formdata=None,
            mailbox_host=known.host,
            mailbox_port=str(known.port),
            mailbox_security=known.security.value,
            mailbox_user=known.user,
            mailbox_folder=mailbox.folder,
        )


PROVIDER_STEPS = {
    Provider.POSTMARK: "In your server’s message stream, add a webhook with this address for deliveries, "
    "bounces, and spam complaints. Keep the address secret: Postmark doesn’t sign its reports.",
    Provider.SENDGRID: "In Mail Settings > Event Webhook, enter this address, choose Delivered, Bounced, and "
    "Spam Reports, and turn on the signature.",
    Provider.MAILGUN: "In Sending > Webhooks, add this address for Delivered, Permanent Failure, and Spam "
    "Complaints.",
    Provider.SES: "Subscribe this address (HTTPS) to your SNS topic, let SES publish bounces, complaints, "
    "and deliveries to it, and turn on “Include original email headers”. Muster confirms the subscription.",
}


class ProviderForm(Form):
    provider = SelectField(
        "Provider",
        choices=[SelectChoice(value.value, label) for value, label in NAMES.items()],
        validate_choice=False,
    )
    key = StringField("Key", render_kw={"maxlength": MAX_KEY})


class SendingForm(Form):
    sending_paused = BooleanField("Pause all sending")
    only_to = TextAreaField("Send only to these addresses")
    tracks_reactions = BooleanField("Track opens and clicks")

    @classmethod
    def of(cls, server: ShownServer | None, is_paused: bool) -> "SendingForm":
        if server is None:
            return cls(formdata=None, sending_paused=is_paused)
        return cls(
            formdata=None,
            sending_paused=is_paused,
            only_to="\n".join(server.only_to),
            tracks_reactions=server.tracks_reactions,
        )


class BrakesForm(Form):
    bounces = StringField("Maximum returned emails (%)", render_kw={"maxlength": 6})
    complaints = StringField("Maximum spam complaints (%)", render_kw={"maxlength": 6})
    growth = StringField("Maximum growth (times its largest day)", render_kw={"maxlength": 6})

    @classmethod
    def of(cls, limits: BrakeLimits) -> "BrakesForm":
        shares = {name: getattr(limits, name) for name in ("bounces", "complaints")}
        typed = {name: "" if one is None else percent_of(one).rstrip("%") for name, one in shares.items()}
        return cls(formdata=None, growth="" if limits.growth is None else str(limits.growth), **typed)


class FrequencyForm(Form):
    cap_messages = StringField("Messages", render_kw={"maxlength": 6})
    cap_days = StringField("Days", render_kw={"maxlength": 6})
    cap_beyond = RadioField(
        "Messages beyond the cap",
        choices=[SelectChoice(value.value, label) for value, label in BEYOND.items()],
        default=Beyond.WAIT.value,
        validate_choice=False,
    )

    @classmethod
    def of(cls, cap: FrequencyCap | None) -> "FrequencyForm":
        if cap is None:
            return cls(formdata=None)
        return cls(
            formdata=None,
            cap_messages=str(cap.messages),
            cap_days=str(cap.days),
            cap_beyond=cap.beyond.value,
        )


def _limit(label: str) -> StringField:
    return StringField(label, render_kw={"maxlength": 12})


class SenderForm(Form):
    name = StringField("Name", render_kw={"maxlength": MAX_NAME})
    address = EmailField("Email address", render_kw={"maxlength": MAX_ADDRESS})
    reply_to = EmailField("Reply-to address", render_kw={"maxlength": MAX_ADDRESS})
    per_second = _limit("Emails per second")
    per_hour = _limit("Emails per hour")
    per_day = _limit("Emails per day")

    @classmethod
    def of(cls, sender: ListedSender) -> "SenderForm":
        values: dict[str, Any] = {name: getattr(sender.limits, name) for name in LIMITS}
        return cls(
            formdata=None,
            name=sender.name,
            address=sender.address,
            reply_to=sender.reply_to,
            **{name: str(value) if value else "" for name, value in values.items()},
        )


class KeyForm(Form):
    selector = StringField("Selector", render_kw={"maxlength": MAX_SELECTOR})
    private_key = TextAreaField("Private key", render_kw={"maxlength": MAX_PEM})


class TestForm(Form):
    to = EmailField("To", render_kw={"maxlength": MAX_ADDRESS})
