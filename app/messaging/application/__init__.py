"""Public interface of the messaging room: workflows plan messages with `plan`, in the caller's transaction;
`register_source` tells the room who writes them and who waits for them, `register_leaving` who takes contacts
out of workflows that want no more of them, `register_transactional` who has emails that belong to no
workflow."""

from app.messaging.application.composing import unsubscribe_url
from app.messaging.application.opting_out.topics import why_skipped
from app.messaging.application.opting_out.unsubscribing import (
    Recipient,
    leave_workflow,
    logo_for,
    recipient_of,
    stop_topics,
    undo,
    unsubscribe,
)
from app.messaging.application.opting_out.workflows import Leaving, Place, register_leaving
from app.messaging.application.outbox.doubtful import count_as_sent, register_waiting, send_again
from app.messaging.application.outbox.lists import (
    ListedMessage,
    Outbox,
    OutboxQuery,
    list_messages,
    register_workflow_names,
)
from app.messaging.application.outbox.results import (
    ResultDifference,
    correct_results,
    results_by_step,
    results_of,
    verify_results,
)
from app.messaging.application.outbox.samples import sample_email, send_sample, unsubscribe_sample
from app.messaging.application.outbox.showing import ShownMessage, register_rewriting, show_message, source_of
from app.messaging.application.outbox.transactional import (
    TransactionalEmail,
    TransactionalSource,
    may_send_transactional,
    register_transactional,
)
from app.messaging.application.pace.brakes import brake_of
from app.messaging.application.pace.brakes import release as release_brake
from app.messaging.application.planning import Origin, change_version, plan, plan_again, take_up, withdraw
from app.messaging.application.removal import register_removal
from app.messaging.application.sending import wake_emails
from app.messaging.application.servers.mail_servers import has_mail_server
from app.messaging.application.servers.senders import sender_addresses, sender_name
from app.messaging.application.servers.server_tests import ServerAnswer
from app.messaging.application.sms.provider import (
    no_texts,
    quiet_hours,
    quiet_until,
    texts_unknown_numbers,
)
from app.messaging.application.sources import Content, SenderNames, Settled, Source, register_source
from app.messaging.application.tracking import Reacted, register_reactions
from app.messaging.domain.results import Result
from app.messaging.domain.states import State
from app.messaging.infrastructure.store import Claimed

__all__ = [
    "Claimed",
    "Content",
    "Leaving",
    "ListedMessage",
    "Origin",
    "Outbox",
    "OutboxQuery",
    "Place",
    "Reacted",
    "Recipient",
    "Result",
    "ResultDifference",
    "SenderNames",
    "ServerAnswer",
    "Settled",
    "ShownMessage",
    "Source",
    "State",
    "TransactionalEmail",
    "TransactionalSource",
    "brake_of",
    "change_version",
    "correct_results",
    "count_as_sent",
    "has_mail_server",
    "leave_workflow",
    "list_messages",
    "logo_for",
    "may_send_transactional",
    "no_texts",
    "plan",
    "plan_again",
    "quiet_hours",
    "quiet_until",
    "recipient_of",
    "register_leaving",
    "register_reactions",
    "register_removal",
    "register_rewriting",
    "register_source",
    "register_transactional",
    "register_waiting",
    "register_workflow_names",
    "release_brake",
    "results_by_step",
    "results_of",
    "sample_email",
    "send_again",
    "send_sample",
    "sender_addresses",
    "sender_name",
    "show_message",
    "source_of",
    "stop_topics",
    "take_up",
    "texts_unknown_numbers",
    "undo",
    "unsubscribe",
    "unsubscribe_sample",
    "unsubscribe_url",
    "verify_results",
    "wake_emails",
    "why_skipped",
    "withdraw",
]
