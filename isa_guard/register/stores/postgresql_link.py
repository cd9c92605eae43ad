"""The connection to a register's database, and what goes wrong with it in plain words.

One connection, made when it is first needed, dropped after any failure and made anew by whatever comes next. What is
told of an address never has its password in it.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from isa_guard.errors import UsageError
from isa_guard.register.faults import RegisterUnreadable, StorageFailed

try:
    import psycopg
    from psycopg import conninfo, sql
except ImportError:
    raise UsageError(
        "a register in PostgreSQL needs psycopg, which is not installed: `pip install 'isa-guard[postgres]'`"
    ) from None

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import LiteralString

    Connection = psycopg.Connection[tuple[Any, ...]]

LOCK_SECONDS: Final = 30.0
CONNECT_SECONDS: Final = 10
# One message and one answer. `head` is locked last, so that what is read from here on is the newest.
_HOLD: Final = """
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {};
SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes') {}
"""
_ALL_OF_IT: Final = "FROM head FOR UPDATE"
_UNSAFE: Final = {
    "off": "what it says is stored is lost if the server stops within the second",
    "local": "what it says is stored is lost if the standby takes over",
    "remote_write": "what it says is stored is lost if the standby's machine stops",
}
_PLAIN: Final = {
    "53100": "the server's disk is full",
    "53300": "the server has no connection left for us",
    "55P03": "another process holds the register for more than {seconds:.0f} s",
    "25006": "the database can only be read: it is a standby, or set to be read-only",
    "57P01": "an administrator ended the connection",
    "57P02": "the server has crashed",
    "57P03": "the server is starting or stopping",
}
_NOT_THERE: Final = {"42P01", "3F000", "42703"}  # no such table, schema, column


class Link:
    """A database that is reached through one connection, by one thread at a time."""

    def __init__(self, address: str) -> None:
        """Raises UsageError for an address that cannot be read."""
        try:
            self._parameters = conninfo.conninfo_to_dict(address)
        except psycopg.Error:  # its own words may quote a part of the password
            raise UsageError(
                "the address of the PostgreSQL database cannot be read: it is postgresql://ROLE@HOST/DATABASE, "
                "and signs within a part are written as %40"
            ) from None
        self.place = _place(self._parameters)
        self._connection: Connection | None = None
        self._lock = RLock()
        self._held = False

    @property
    def held(self) -> bool:
        """Whether this very object holds the register for writing."""
        return self._held

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def reading(self, what: str) -> Iterator[Connection]:
        """Lend the connection; within `holding`, what is read is what the transaction sees."""
        with self._lock:
            connection = self._connected()
            with self._told(what):
                yield connection

    @contextmanager
    def changing(self, what: str) -> Iterator[Connection]:
        """Lend the connection in a transaction that is durable afterwards, or, within `holding`, when that ends."""
        with self._lock:
            if self._held:
                with self._told(what):
                    yield self._connected()
                return
            yield from self._transaction(what, "")

    @contextmanager
    def holding(self, what: str) -> Iterator[Connection]:
        """Lend the connection in a transaction that nobody else's can overlap. Raises StorageFailed."""
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            raise StorageFailed(
                f"{what}: another thread holds the register for more than {LOCK_SECONDS:.0f} s"
            )
        try:
            if self._held:
                raise StorageFailed(f"{what}: it is held already")
            yield from self._transaction(what, _ALL_OF_IT, held=True)
        finally:
            self._lock.release()

    def _transaction(self, what: str, lock: LiteralString, *, held: bool = False) -> Iterator[Connection]:
        """Give nothing back that is not committed: on any failure the connection is dropped, and with it the rest."""
        connection = self._connected()
        begin = sql.SQL(_HOLD).format(sql.Literal(int(LOCK_SECONDS * 1000)), sql.SQL(lock))
        try:
            self._held = held
            with self._told(what):
                cursor = connection.execute(begin)
                while cursor.nextset():
                    pass
                self._refuse_unsafe(cursor.fetchone())
                yield connection
            self._commit(connection, what)
        except BaseException:
            self.close()
            raise
        finally:
            self._held = False

    def _commit(self, connection: Connection, what: str) -> None:
        try:
            said = connection.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            raise StorageFailed(
                f"{what}: {self._plain(error)} in the middle of a commit. Whether it is stored shows "
                "when the register is opened anew; nothing was acknowledged"
            ) from None
        # The server answers the COMMIT of a failed transaction with ROLLBACK, and with no error.
        if said != "COMMIT":
            raise StorageFailed(f"{what}: the server undid it; nothing is stored")

    def _connected(self) -> Connection:
        if self._connection is not None and not self._connection.closed:
            return self._connection
        settings: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "fallback_application_name": "isa-guard",
            **self._parameters,
            "client_encoding": "utf8",
        }
        try:
            self._connection = psycopg.connect(conninfo.make_conninfo("", **settings), autocommit=True)
        except psycopg.Error as error:
            raise RegisterUnreadable(f"{self.place} cannot be reached: {self._refusal(error)}") from None
        return self._connection

    def _refuse_unsafe(self, found: tuple[str, str, str] | None) -> None:
        if found is None:
            raise RegisterUnreadable(self._no_register)
        commit, fsync, full_pages = found
        if commit in _UNSAFE:
            raise StorageFailed(
                f"{self.place} runs with synchronous_commit={commit}: {_UNSAFE[commit]}. Set it to on for this role: "
                "`ALTER ROLE ... SET synchronous_commit = on`"
            )
        for name, value in (("fsync", fsync), ("full_page_writes", full_pages)):
            if value != "on":
                raise StorageFailed(
                    f"{self.place} runs with {name}={value}: what it says is stored may be lost or torn when the "
                    f"power fails. Set {name} = on in postgresql.conf and reload the server"
                )

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            if not self._held:  # in a transaction that is for whoever began it
                self.close()
            if error.sqlstate in _NOT_THERE:
                raise RegisterUnreadable(self._no_register) from None
            raise StorageFailed(f"{what}: {self._plain(error)}") from None

    @property
    def _no_register(self) -> str:
        return f"{self.place} has no register in it: `isa-guard register init` makes one"

    def _plain(self, error: psycopg.Error) -> str:
        state, said = error.sqlstate, error.diag.message_primary
        if state in _PLAIN:
            return _PLAIN[state].format(seconds=LOCK_SECONDS)
        if state == "42501":
            return f"the role may not do that ({said})"
        if state is None:
            return "the connection to the server was lost"
        return f"the server refuses ({state}: {said})"

    def _refusal(self, error: psycopg.Error) -> str:
        """Answer why there is no connection, in the server's words; a password is in none, but nothing is left to that."""
        said = str(error).strip().splitlines() or ["it does not answer"]
        text = said[-1] if "FATAL" in said[-1] else said[0]
        for name in ("password", "sslpassword"):
            if secret := self._parameters.get(name):
                text = text.replace(str(secret), "***")
        return text


@contextmanager
def undone_alone(connection: Connection, what: str) -> Iterator[None]:
    """Undo what fails within, and only that, in a transaction that goes on. Raises StorageFailed."""
    try:
        with connection.transaction():
            yield
    except psycopg.Error as error:
        if connection.closed:  # nothing is left that could go on
            raise
        raise StorageFailed(f"{what}: {error.diag.message_primary}") from None


def copied(
    connection: Connection, into: LiteralString, types: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert rows by COPY: quick, and what is copied never appears in a server's log, as parameters do."""
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.SQL(into))
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except ValueError:
        # Where the server ends the connection, psycopg 3.3 expects one last answer and gets two.
        if not connection.closed:
            raise
        raise psycopg.OperationalError from None


def _place(parameters: dict[str, Any]) -> str:
    role, host, port = (str(parameters.get(name) or "") for name in ("user", "host", "port"))
    at = f"{role}@" if role else ""
    socket = host if host.startswith("/") else ""
    named = f"{'' if socket else host}{f':{port}' if port else ''}/{parameters.get('dbname') or ''}"
    further = {"host": socket, "options": str(parameters.get("options") or "")}
    query = urlencode({name: value for name, value in further.items() if value}, safe="/")
    return f"postgresql://{at}{named}{f'?{query}' if query else ''}"
