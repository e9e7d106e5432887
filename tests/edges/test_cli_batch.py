"""Many questions at once: what other programs and large test sets ask on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.edges.runner import clean_runner
from wirewatch.cli.main import cli


def ask(*lines: bytes | dict[str, object], config: Path | None = None) -> list[dict[str, object]]:
    """Return the answers to lines given on standard input."""
    said = b"\n".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    )
    done = run(said, config)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout_bytes.splitlines()]


def run(said: bytes, config: Path | None, *more: str) -> Result:
    """Run the command on what is said to it."""
    asked = ["-c", str(config or "/nonexistent/wirewatch.toml"), "watch", "test"]
    return clean_runner().invoke(
        cli, [*asked, "--batch", "-", *more], input=said, standalone_mode=False
    )


def test_each_line_is_answered_in_order() -> None:
    """The asker pairs answers with questions by their place."""
    answers = ask(
        {"id": 7, "query": '"territorial issue"', "title": "T", "body": "A territorial issue."},
        {"id": "b", "query": "oil", "html": "<p>no <b>gas</b></p>"},
        {"query": "oil", "html": "<p>o<b>i</b>l</p><script>gas</script>", "lang": "en"},
    )

    assert answers[0] == {
        "id": 7,
        "match": True,
        "strength": "close",
        "error": None,
        "spans": [["body", 2, 19]],
        "sentence": "A territorial issue.",
    }
    assert (answers[1]["id"], answers[1]["match"], answers[1]["error"]) == ("b", False, None)
    assert (answers[2]["id"], answers[2]["match"]) == (None, True)


def test_words_far_apart_are_found_but_do_not_ring() -> None:
    """``match`` is what would ring."""
    (answer,) = ask({"query": "oil talks", "body": "oil " + "x " * 80 + "talks"})

    assert (answer["match"], answer["strength"]) == (False, "scattered")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "line 2 is not JSON"),
        (b"[1]", "line 2 is not a JSON object"),
        (b"\xff\xfe\x00", "line 2 is not JSON"),
        (b"[" * 100_000, "line 2 is not JSON"),
        (b'{"id": 1}', "there is no query"),
        (b'{"query": 5}', "query is not a text"),
        (b'{"query": "oil", "body": ["x"]}', "body is not a text"),
        (b'{"query": "\\"oil"}', "at 0"),
    ],
)
def test_a_bad_line_gets_its_error_and_the_next_its_answer(line: bytes, says: str) -> None:
    """One typing error must not cost the other ten thousand lines."""
    good: dict[str, object] = {"query": "oil", "body": "oil"}
    first, second, third = ask(good, line, good)

    assert says in str(second["error"])
    assert (second["match"], second["spans"]) == (False, [])
    assert first["match"] is third["match"] is True


def test_blank_lines_and_half_characters_do_no_harm() -> None:
    """What programs write is not always whole."""
    (answer,) = ask(b"", b'{"id": "\\ud800", "query": "oil", "body": "oil \\ud83d here"}', b"  ")

    assert answer["match"] is True


def test_terms_of_the_configuration_may_be_used(tmp_path: Path) -> None:
    """A test set for one's own watches uses one's own words."""
    config = tmp_path / "wirewatch.toml"
    config.write_text('[terms]\ngulf = "UAE OR Qatar"\n')

    (answer,) = ask({"query": "@gulf", "body": "in Qatar"}, config=config)

    assert answer["match"] is True


def test_a_query_beside_a_batch_is_refused() -> None:
    """It would be ignored."""
    done = run(b"{}", None, "oil")

    assert done.exit_code != 0


def test_the_suite_of_real_life_markup_passes() -> None:
    """``selftest`` is what a doubter runs first."""
    done = clean_runner().invoke(cli, ["selftest"], standalone_mode=False)
    told = clean_runner().invoke(cli, ["selftest", "--json"], standalone_mode=False)

    assert "100.0 %" in done.output
    assert json.loads(told.output)["failed"] == []
