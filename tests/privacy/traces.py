"""Whether a word stands anywhere in a database: every column of every table is read, texts and bytes."""

from sqlalchemy import text

from shared.db import Database

_COLUMNS = text("""
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY table_name, ordinal_position
""")


def traces_of(database: Database, word: str) -> set[str]:
    """The columns that hold the word, in small or capital letters, as `table.column`."""
    found = set()
    for table, column, data_type in database.run(_COLUMNS):
        value = (
            f"lower(encode({column}, 'escape'))" if data_type == "bytea" else f"lower(CAST({column} AS text))"
        )
        query = text(f'SELECT 1 FROM "{table}" WHERE position(:word in {value}) > 0 LIMIT 1')
        if database.run(query, {"word": word.lower()}):
            found.add(f"{table}.{column}")
    return found
