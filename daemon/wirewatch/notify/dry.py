"""What would be sent, without sending it."""

from __future__ import annotations

from wirewatch.core.model.alert import ChannelSpec, Message
from wirewatch.notify.mail import StoryMail, both_parts
from wirewatch.notify.render import Words
from wirewatch.notify.services import open_service, rendered_for


def preview(channel: ChannelSpec, message: Message) -> str:
    """Return what each address of a channel would be sent. Raise BadChannelError."""
    parts = []
    for number, url in enumerate(channel.urls, start=1):
        service = open_service(url)
        mail = isinstance(service, StoryMail)
        words = Words(channel.subject, channel.template)
        shown = (
            both_parts(message, words)[0] if mail else rendered_for(service, url, message, words)
        )
        where = f"{channel.name} #{number}" if len(channel.urls) > 1 else channel.name
        parts.append(
            f"{where} ({service.service_name})\nSubject: {shown.subject}\n\n{shown.body}\n"
        )
    return "\n".join(parts)
