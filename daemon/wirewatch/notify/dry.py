"""Provisional."""

from __future__ import annotations

from wirewatch.core.model.alert import ChannelSpec, Message


def preview(channel: ChannelSpec, message: Message) -> str:
    """Show."""
    return message.subject
