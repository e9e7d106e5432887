"""From bytes to entries and articles. feedparser, lxml and trafilatura live here."""
