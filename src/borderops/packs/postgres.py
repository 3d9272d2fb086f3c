"""Observed tables in a PostgreSQL database, by a connection string that stands in the environment and nowhere else.

Everything goes into one schema in one transaction: it is there as a whole or not at all. It is kept last of all, when
the folder of the pack stands under its name: see `borderops.packs.folder`. Whatever the driver says may repeat the
connection string, so nothing of it is told but the code of the error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from borderops.exceptions import FileProblem
from borderops.packs.columns import NOTICE, Sheet
from borderops.packs.formats import create_table

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

VARIABLE: Final = "BORDEROPS_POSTGRESQL"
"""Of the environment: ``postgresql://planner@host/database``, with a password or one in ~/.pgpass."""

_DRIVER: Final = "adbc_driver_postgresql"
_REASONS: Final = {
    "42501": "the role may not make a schema there",
    "53": "the server has no room, or too many connections",
}
"""By the beginning of the code of an error (PostgreSQL, appendix A)."""


def why_not() -> list[str]:
    """Why nothing can be written to a database: sentences for a planner, none if it can be tried."""
    if not find_spec(_DRIVER):
        return [
            "formats names postgresql, for which a driver is missing; pip install 'borderops[postgresql]' brings it"
        ]
    if not os.environ.get(VARIABLE):
        return [f"formats names postgresql and {VARIABLE} is not set; allowed: postgresql://role@host/database"]
    return []


def schema_of(name: str) -> str:
    """Name of the schema of a pack."""
    return name.replace("-", "_").replace(".", "_")


def require_free_schema(name: str) -> None:
    """See that the database can be reached and holds no such pack.

    Parameters
    ----------
    name : str
        Of the pack.

    Raises
    ------
    FileProblem
    """
    with _connected() as connection, closing(connection.cursor()) as cursor:
        _require_free(cursor, schema_of(name))


@contextmanager
def filled(name: str, tables: Iterable[tuple[Sheet, Iterable[pa.Table]]]) -> Iterator[Callable[[], None]]:
    """Write tables into a schema of their own, and keep them when told to.

    Parameters
    ----------
    name : str
        Of the pack.
    tables : iterable of (Sheet, iterable of Table)
        Each in parts.

    Yields
    ------
    callable
        Keeps them. Unless it is called nothing is left in the database, whatever the reason.

    Raises
    ------
    FileProblem
        If the database cannot be reached or written to, or holds the schema already; nothing is left in it then. From
        the callable, if it cannot be told whether the tables were kept.
    """
    schema = schema_of(name)
    with _connected() as connection, closing(connection.cursor()) as cursor:
        _require_free(cursor, schema)
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        cursor.execute(f'SET LOCAL search_path TO "{schema}"')
        cursor.execute("CREATE TABLE about_this_data (notice VARCHAR)")
        cursor.execute(f"INSERT INTO about_this_data VALUES ('{NOTICE}')")
        for sheet, parts in tables:
            cursor.execute(create_table(sheet))
            for part in parts:
                cursor.adbc_ingest(sheet.name, part, mode="append", db_schema_name=schema)
        yield lambda: _keep(connection, schema)


def write_database(name: str, tables: Iterable[tuple[Sheet, Iterable[pa.Table]]]) -> str:
    """Write tables into a schema of their own, as `filled` does, and keep them at once; gives the schema's name."""
    with filled(name, tables) as keep:
        keep()
    return schema_of(name)


def _keep(connection: Any, schema: str) -> None:
    """End the transaction. A server that goes away meanwhile may have kept everything or nothing."""
    try:
        connection.commit()
    except Exception as problem:
        code = str(getattr(problem, "sqlstate", None) or "")
        named = f" (error {code})" if code else ""
        raise FileProblem(
            f"the database of {VARIABLE} did not say that it kept the tables{named}: see whether it has a schema "
            f"{schema}, and drop it if so; no pack was written"
        ) from None


def _require_free(cursor: Any, schema: str) -> None:
    cursor.execute(f"SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{schema}'")
    if cursor.fetchone()[0]:
        raise FileProblem(f"the database has a schema {schema} already; drop it, or write another pack (replication=N)")


@contextmanager
def _connected() -> Iterator[Any]:
    """A connection in a transaction, with errors told by their codes alone."""
    from adbc_driver_postgresql import dbapi

    try:
        with closing(dbapi.connect(os.environ[VARIABLE], autocommit=False)) as connection:
            yield connection
    except dbapi.Error as problem:
        raise FileProblem(_told(str(getattr(problem, "sqlstate", None) or ""))) from None


def _told(code: str) -> str:
    """What is told of an error: nothing that the driver said."""
    reason = next((words for begins, words in _REASONS.items() if code.startswith(begins)), "")
    if not code:
        reason = "it cannot be reached, or it refuses the role, the password or the database that are named"
    named = f" (error {code})" if code else ""
    return f"the database of {VARIABLE} cannot be written to{named}: {reason or 'see its log'}; nothing was kept"
