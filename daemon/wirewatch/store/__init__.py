"""The memory of Wirewatch. SQLAlchemy and Alembic live here."""
