"""A PostgreSQL server of the test's own: in a temporary folder, on a Unix socket only, durable as in earnest.

It is started by whichever test needs it first, once in a process, and stopped when that process ends; the system stops it
too when the process is killed.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import psycopg

_NUMBERS = count(1)
_SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777
shared_buffers = 32MB
max_connections = 40
min_wal_size = 32MB
max_wal_size = 96MB
checkpoint_timeout = 1d
fsync = on
logging_collector = off
log_statement = all
log_min_duration_statement = 0
"""
_RULES = """
local all locked scram-sha-256
local all all trust
"""


def binaries() -> Path:
    """The newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise RuntimeError(
            "these tests need PostgreSQL's own programs, initdb among them: `apt-get install postgresql`, as .ci/run does"
        )
    return Path(elsewhere).parent


@dataclass(frozen=True)
class Server:
    """A running server: its data, its log, and how to reach it."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def address(
        self, role: str = "admin", database: str = "postgres", more: str = "", secret: str = ""
    ) -> str:
        known = f"{role}:{secret}" if secret else role
        return f"postgresql://{known}@/{database}?host={self.folder}{more}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.address(database=database), autocommit=True)

    def run(self, *statements: str) -> None:
        """Run statements as the administrator of the database."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def schema(self, owner: str = "keeper") -> str:
        """The address of an empty schema in which nothing else ever is."""
        name = f"s{os.getpid()}_{next(_NUMBERS)}"
        self.run(f"CREATE SCHEMA {name} AUTHORIZATION {owner}")
        return self.address(owner, more=f"&options=-csearch_path%3D{name}")

    def files(self) -> list[Path]:
        """Every file of the server, its log included."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@cache
def server() -> Server:
    """The server of this process."""
    folder = Path(tempfile.mkdtemp(prefix="isa-guard-pg-"))
    become: list[str] = []
    if os.geteuid() == 0:  # initdb refuses root
        accounts = {one.pw_name: one for one in pwd.getpwall()}
        account = accounts.get("postgres") or accounts["nobody"]
        os.chown(folder, account.pw_uid, account.pw_gid)
        become = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    folder.chmod(0o755)
    at = binaries()
    _run(
        "setpriv",
        *become,
        "--",
        str(at / "initdb"),
        "--no-sync",
        "-A",
        "trust",
        "-U",
        "admin",
        "-E",
        "UTF8",
        "--locale=C",
        str(folder / "data"),
    )
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(f"unix_socket_directories = '{folder}'\n{_SETTINGS}")
    (folder / "data" / "pg_hba.conf").write_text(_RULES)
    started = Server(folder)
    with started.log.open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", *become, "--pdeathsig=INT", "--", str(at / "postgres"), "-D", str(folder / "data")],
            stdout=log,
            stderr=log,
            cwd="/",
        )
    atexit.register(_stop, process, folder)
    _wait(started, process)
    started.run(
        "CREATE ROLE keeper LOGIN",
        "CREATE ROLE reader LOGIN",
        "CREATE ROLE locked LOGIN PASSWORD 'correct-horse'",
        "GRANT pg_checkpoint, pg_monitor TO keeper",
        "GRANT CREATE ON DATABASE postgres TO keeper",
    )
    return started


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def _wait(started: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            started.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(started.log.read_text(errors="replace")) from None
            time.sleep(0.05)
        else:
            return


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.send_signal(signal.SIGINT)  # fast shutdown
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
    shutil.rmtree(folder, ignore_errors=True)
