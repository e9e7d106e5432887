"""The loops of the daemon, one page each, and the wiring."""
