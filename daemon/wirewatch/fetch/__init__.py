"""The web, politely and within limits. httpx lives here."""
