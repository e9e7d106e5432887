"""From a document to the watches that match it, with the evidence."""

from wirewatch.core.match.matcher import Match, Matcher, TermMatch, Watch

__all__ = ["Match", "Matcher", "TermMatch", "Watch"]
