"""An imagined next version of the schema: what an upgrade is tried with."""

from __future__ import annotations

import shutil
from pathlib import Path

from wirewatch.store.migrate import MIGRATIONS, Steps

MOOD = '''"""Feeds have a mood."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade():
    op.add_column("feeds", sa.Column("mood", sa.Text()))
    op.execute("UPDATE feeds SET mood = 'good'")
    op.create_index("feeds_mood_ix", "feeds", ["mood"])
'''


def one_step_more_in(folder: Path) -> Steps:
    """Return the program's steps and one more, in a folder that is made for them."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    step = MOOD.replace("{newest}", Steps().newest())
    (folder / "versions" / "v9999_mood.py").write_text(step)
    return Steps(folder)
