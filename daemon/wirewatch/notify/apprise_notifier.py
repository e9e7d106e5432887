"""Provisional."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from wirewatch.core.model.alert import ChannelSpec, NotSent, Parcel, Receipt, Sent


class AppriseNotifier:
    """Send."""

    def __init__(self, *, timeout: timedelta = timedelta(seconds=30), in_flight: int = 4) -> None:
        self.timeout = timeout

    async def send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        """Send."""
        return await asyncio.to_thread(self._send, channel, parcel)

    def _send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        import apprise

        m = parcel.alert.message
        text = "\n\n".join(
            [
                m.headline,
                f"{m.outlet} {m.published_at:%d %B %Y}" if m.published_at else str(m.outlet),
            ]
            + ["".join(f"[{p.text}]" if p.hit else p.text for p in s.pieces) for s in m.snippets]
            + [f"also in {', '.join(m.also_in)}", m.link or "", m.body or "", m.note or ""]
        )
        for url in channel.urls:
            if url.startswith("console"):
                print(m.subject, text)
                continue
            a = apprise.Apprise()
            a.add(url)
            if not a.notify(title=m.subject, body=text, body_format="text"):
                return NotSent(detail="failed")
        return Sent()

    def close(self) -> None:
        """Close."""
