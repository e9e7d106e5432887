"""Real texts to measure on: news and encyclopaedia articles that the gensim package carries for its own tests.

    python benchmarks/corpus.py         download the package and unpack the two files (once)

300 news articles of the Australian Broadcasting Corporation (M. D. Lee's collection) are what is matched; queries are
drawn from them and from some hundred articles of Wikipedia, so that most watches, as in life, are about something else.
"""

from __future__ import annotations

import bz2
import html
import re
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

PACKAGE = "gensim==4.4.0"
FOLDER = Path(__file__).parents[1] / ".bench"
NEWS = "lee_background.cor"
WIKI = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"

_MARKUP = re.compile(
    r"\{\{[^{}]*\}\}|(?s:\{\|.*?\|\})|(?s:<ref[^>]*>.*?</ref>)|<[^>]+>|\[\[(?:[^\]|]*\|)?|\]\]|\[https?:\S+|'{2,}"
    r"|^[=*#:;|!].*$",
    re.MULTILINE,
)


def main() -> None:
    if not all((FOLDER / name).is_file() for name in (NEWS, WIKI)):
        _download()
    print(f"{len(news())} news articles, {len(encyclopaedia())} characters of encyclopaedia")


def _download() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*pip, PACKAGE], check=True)
        (wheel,) = Path(folder).glob("gensim-*.whl")
        with zipfile.ZipFile(wheel) as packed:
            for name in (NEWS, WIKI):
                content = packed.read(f"gensim/test/test_data/{name}")
                (FOLDER / name).write_bytes(content)


def _read(name: str) -> bytes:
    path = FOLDER / name
    if not path.is_file():
        sys.exit(f"{path} is missing: run python benchmarks/corpus.py first (or make bench-setup)")
    return path.read_bytes()


@cache
def news() -> tuple[str, ...]:
    """Return the news articles, one string each."""
    return tuple(filter(None, _read(NEWS).decode("utf-8").splitlines()))


@cache
def encyclopaedia() -> str:
    """Return running text of the encyclopaedia, without its markup."""
    source = bz2.decompress(_read(WIKI)).decode("utf-8")
    texts = re.findall(r"<text[^>]*>(.*?)</text>", source, re.DOTALL)
    found = "\n".join(map(html.unescape, texts))
    for _ in range(3):  # templates stand inside templates
        found = _MARKUP.sub(" ", found)
    return found


if __name__ == "__main__":
    main()
