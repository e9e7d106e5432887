"""From a document to the watches that match it, with the evidence."""

from wirewatch.core.match.explain import Explanation, explain
from wirewatch.core.match.matcher import Match, Matcher, TermMatch, Watch
from wirewatch.core.match.snippet import snippets

__all__ = ["Explanation", "Match", "Matcher", "TermMatch", "Watch", "explain", "snippets"]
