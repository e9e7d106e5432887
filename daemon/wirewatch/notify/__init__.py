"""From alerts to messages that arrive. Apprise lives here."""
