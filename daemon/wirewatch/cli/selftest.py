"""``selftest``: phrases through real-life markup, with a score."""

from __future__ import annotations

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state


@click.command
@json_option
@pass_state
def selftest(state: State) -> int:
    """Check that phrases are found through real-life markup, and only where a reader sees them.

    Needs no configuration. Prints the cases that fail and a score; exits with 1 when any failed.
    """
    from wirewatch.core.match.batch import LineChecker
    from wirewatch.core.match.torture import CASES
    from wirewatch.parse.html import text_of

    checker = LineChecker(text_of)
    failed = []
    for case in CASES:
        answer = checker.check_line({"query": case.query, "html": case.html})
        if answer["error"] is not None or answer["match"] is not case.expected:
            failed.append(case)
    passed = len(CASES) - len(failed)
    if state.as_json:
        show.as_json(
            {
                "cases": len(CASES),
                "passed": passed,
                "failed": [case._asdict() for case in failed],
            }
        )
    else:
        for case in failed:
            should = "must match" if case.expected else "must not match"
            click.echo(f"{case.query} {should} in {show.clean(case.html)}")
        click.echo(f"{passed} of {len(CASES)} cases passed ({100 * passed / len(CASES):.1f} %).")
    return Exit.FAILED if failed else Exit.DONE
