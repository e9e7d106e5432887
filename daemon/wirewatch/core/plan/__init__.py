"""The decisions of the daemon: what a poll, a page, an announcement and an attempt lead to."""
