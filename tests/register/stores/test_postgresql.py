"""A register in PostgreSQL: erasure down to the bytes, servers that promise too little, and connections that are lost."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from isa_guard.errors import UsageError
from isa_guard.register.faults import (
    Damage,
    ProofInvalid,
    RegisterBroken,
    RegisterUnreadable,
    StorageFailed,
)
from isa_guard.register.heads import refuse_contradiction
from isa_guard.register.register import checkpoint_of
from isa_guard.register.stores import postgresql_erasure, postgresql_link
from isa_guard.register.stores.opening import open_store
from isa_guard.register.stores.postgresql import PostgreSQL
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.tree.proof import check_inclusion, prove_inclusion
from isa_guard.register.verify import verify
from tests.register.making import decided
from tests.register.postgres_server import server
from tests.register.stores.test_stores import Kept, begun

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def kept() -> Iterator[Kept]:
    """An empty register in a schema of its own."""
    found = begun(server().schema())
    yield found
    for store in found.stores:
        store.close()


def schema(kept: Kept) -> str:
    return kept.where.partition("search_path%3D")[2].partition("%")[0]


def as_administrator(kept: Kept, *statements: str) -> None:
    """Run statements in the register's schema, past every trigger."""
    within = f"SET search_path = {schema(kept)}"
    server().run(within, "SET session_replication_role = replica", *statements)


def backends(kept: Kept) -> list[int]:
    """The server's processes for connections to this register."""
    with server().connect() as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'isa-guard' AND usename = 'keeper'"
        )
        return [row[0] for row in found]


def ended(kept: Kept) -> None:
    """End every connection to a register from the server's side, and wait until they are gone."""
    for pid in backends(kept):
        with server().connect() as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


# Erasure


def files_with(*needles: bytes) -> set[str]:
    """Every file of the server in which one of these bytes is found, read to the last byte."""
    found = set()
    for path in server().files():
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        if any(needle in content for needle in needles):
            found.add(path.relative_to(server().folder).parts[1] if path != server().log else "log")
    return found


def marked(text: str, size: int) -> tuple[str, bytes]:
    """A document that has a marker at its beginning, in its middle and at its end."""
    filler = hashlib.sha256(text.encode()).hexdigest() * (size // 128)
    content = f"{text} {filler} {text} {filler} {text}".encode()
    return hashlib.sha256(content).hexdigest(), content


@pytest.mark.parametrize("size", [200, 100_000])
def test_no_file_of_the_server_holds_an_erased_case(kept: Kept, size: int) -> None:
    marker = f"PLANTED-{schema(kept)}-{size}"
    digest, content = marked(marker, size)
    raw, as_hex = marker.encode(), marker.encode().hex().encode()
    other, others = marked("another", 3_000)
    store = kept.store
    # Of several short ones the server would keep samples, if it were allowed to.
    store.keep(
        Shelf.CASES,
        dict([(digest, content), (other, others), marked("a third", 200), marked("a fourth", 200)]),
    )
    server().run(f"ANALYZE {schema(kept)}.kept_case", "CHECKPOINT")
    broken_off(kept, content)
    assert files_with(raw, as_hex) >= {"base", "pg_wal"}
    assert "log" not in files_with(raw, as_hex)  # with log_statement = all
    before = storing(kept)
    assert store.erase(digest)
    assert files_with(raw, as_hex) == set()
    assert (
        storing(kept) == before == ("e", 0)
    )  # as it is, uncompressed and without samples, for the next one too
    assert store.blob(Shelf.CASES, other) == others
    assert kept.store.blob(Shelf.CASES, digest) is None


def storing(kept: Kept) -> tuple[object, ...]:
    with server().connect() as connection:
        row = connection.execute(
            "SELECT attstorage::text, attstattarget FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'content'",
            (f"{schema(kept)}.kept_case",),
        ).fetchone()
        assert row is not None
        return row


def broken_off(kept: Kept, content: bytes) -> None:
    """A transaction that stored the same document and was undone: its row is dead, and in the table's file."""
    with psycopg.connect(kept.where) as connection:
        with connection.cursor() as cursor, cursor.copy("COPY kept_case FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["bytea", "bytea"])
            copy.write_row([b"x" * 32, content])
        connection.rollback()


def test_a_long_transaction_elsewhere_keeps_no_erased_case_alive(kept: Kept) -> None:
    marker = f"SEEN-{schema(kept)}"
    digest, content = marked(marker, 400)
    kept.store.keep(Shelf.CASES, {digest: content})
    server().run("CHECKPOINT")
    with psycopg.connect(server().address()) as elsewhere:
        elsewhere.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        elsewhere.execute("SELECT 1 FROM pg_class")
        assert files_with(marker.encode()) >= {"base", "pg_wal"}
        assert kept.store.erase(digest)
        assert files_with(marker.encode()) == set()


def test_what_the_role_may_not_overwrite_is_told_and_gone_on_with(kept: Kept) -> None:
    marker = f"FORBIDDEN-{schema(kept)}"
    digest, content = marked(marker, 400)
    store = kept.store
    store.keep(Shelf.CASES, {digest: content})
    try:
        for missing in ("pg_checkpoint", "pg_monitor"):
            server().run(f"REVOKE {missing} FROM keeper")
            with pytest.raises(
                StorageFailed, match=r"is deleted, but .* `GRANT pg_checkpoint, pg_monitor TO keeper`"
            ):
                store.erase(digest)
            assert store.blob(Shelf.CASES, digest) is None
            assert store.has(Shelf.CASES, digest)
            assert "pg_wal" in files_with(marker.encode())
            server().run(f"GRANT {missing} TO keeper")
    finally:
        server().run("GRANT pg_checkpoint, pg_monitor TO keeper")
    assert store.erase(digest)
    assert files_with(marker.encode()) == set()
    assert not store.has(Shelf.CASES, digest)
    assert not store.erase(digest)


def test_log_that_the_server_keeps_for_others_is_told(kept: Kept) -> None:
    digest, content = marked("SLOT", 400)
    kept.store.keep(Shelf.CASES, {digest: content})
    server().run("SELECT pg_create_physical_replication_slot('standby', true)")
    try:
        with pytest.raises(StorageFailed, match="for a replication slot"):
            kept.store.erase(digest)
    finally:
        server().run("SELECT pg_drop_replication_slot('standby')")
    assert kept.store.erase(digest)
    assert files_with(b"SLOT ") == set()


def test_no_end_of_log_is_written(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_erasure, "LIMIT_FILLER", -1)
    digest, content = marked("LIMIT", 400)
    kept.store.keep(Shelf.CASES, {digest: content})
    with pytest.raises(StorageFailed, match="more than -1 GiB of log"):
        kept.store.erase(digest)


def test_the_servers_log_learns_neither_documents_nor_the_key_of_commitments(kept: Kept) -> None:
    kept.fill(1)
    key = kept.store.commitment_key()
    assert key is not None
    logged = server().log.read_bytes()
    assert b"COPY kept_case" in logged  # it does log what is done
    assert key.hex().encode() not in logged
    assert b"purpose: hold-to-account".hex().encode() not in logged
    assert b"hold-to-account" not in logged


# Servers that promise too little


@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
def test_a_commit_that_may_be_forgotten_is_refused(kept: Kept, value: str) -> None:
    kept.where += f"%20-csynchronous_commit%3D{value}"
    with pytest.raises(StorageFailed, match=rf"runs with synchronous_commit={value}: .*is lost"):
        kept.fill(1)
    with pytest.raises(StorageFailed, match="synchronous_commit"):
        kept.store.keep(Shelf.ARCHIVE, {"a" * 64: b"x"})
    assert verify(kept.store, kept.trust).size == 0


def test_a_commit_that_standbys_have_applied_is_accepted(kept: Kept) -> None:
    kept.where += "%20-csynchronous_commit%3Dremote_apply%20-cdefault_transaction_isolation%3Dserializable"
    assert kept.fill(1).size == 1


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_write_through_is_refused(kept: Kept, name: str) -> None:
    appender = kept.fill(1)
    try:
        server().run(f"ALTER SYSTEM SET {name} = off", "SELECT pg_reload_conf()")
        while shown(name) != "off":
            time.sleep(0.01)
        with pytest.raises(StorageFailed, match=f"runs with {name}=off"):
            appender.append([decided()])
        with pytest.raises(StorageFailed, match=f"runs with {name}=off"):
            begun(server().schema())
    finally:
        server().run(f"ALTER SYSTEM RESET {name}", "SELECT pg_reload_conf()")
    while shown(name) != "on":
        time.sleep(0.01)
    assert verify(kept.store, kept.trust).size == 1
    assert kept.fill(1).size == 2


def shown(name: str) -> str:
    with server().connect() as connection:
        row = connection.execute(f"SHOW {name}".encode()).fetchone()
        assert row is not None
        return str(row[0])


# What cannot be reached, or may not be


def test_a_server_that_is_not_there_is_told() -> None:
    store = PostgreSQL("postgresql://keeper:swordfish@/db?host=/nowhere")
    with pytest.raises(RegisterUnreadable, match=r"cannot be reached: .*No such file") as caught:
        store.checkpoint()
    assert caught.value.exit_code == 4
    assert "swordfish" not in str(caught.value)


def test_a_password_is_never_told() -> None:
    store = PostgreSQL(server().address("locked", secret="sword%40fish"))
    with pytest.raises(RegisterUnreadable, match="password authentication failed") as caught:
        store.trust_roots()
    for text in (str(caught.value), store.place, repr(store)):
        assert "fish" not in text
    assert store.place == f"postgresql://locked@/postgres?host={server().folder}"
    right = PostgreSQL(server().address("locked", secret="correct-horse"))
    with pytest.raises(RegisterUnreadable, match="has no register in it"):
        right.checkpoint()
    right.close()


@pytest.mark.parametrize("address", ["postgresql://a:sword%zzfish@h/d", "postgresql://h/d?sword=fish"])
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError, match="cannot be read") as caught:
        open_store(address)
    assert "sword" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_its_place_is_told_without_secrets() -> None:
    for address, place in (
        ("postgresql://a:b@h:5433/d?sslpassword=c", "postgresql://a@h:5433/d"),
        ("postgres://h/d", "postgresql://h/d"),
        ("postgresql:///d?options=-csearch_path%3Dx", "postgresql:///d?options=-csearch_path%3Dx"),
    ):
        assert PostgreSQL(address).place == place


def test_a_database_without_a_register_is_said_to_have_none() -> None:
    store = PostgreSQL(server().schema())
    for ask in (
        store.checkpoint,
        store.trust_roots,
        store.commitment_key,
        store.tip,
        lambda: list(store.entries()),
    ):
        with pytest.raises(RegisterUnreadable, match="no register in it: `isa-guard register init`"):
            ask()
    with pytest.raises(RegisterUnreadable, match="no register"), store.writing():
        pytest.fail("it was held")
    store.close()


def test_what_a_role_may_not_do_is_told(kept: Kept) -> None:
    kept.fill(1)
    name = schema(kept)
    server().run(
        f"GRANT USAGE ON SCHEMA {name} TO reader", f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO reader"
    )
    own, kept.where = kept.where, server().address("reader", more=f"&options=-csearch_path%3D{name}")
    assert verify(kept.store, kept.trust).size == 1
    with pytest.raises(StorageFailed, match="the role may not do that"):
        kept.appender()
    kept.where = own
    assert verify(kept.store, kept.trust).size == 1


def test_without_psycopg_it_is_said_what_to_install() -> None:
    code = """
import sys
sys.modules["psycopg"] = None
from isa_guard.errors import UsageError
from isa_guard.register.stores.opening import open_store
try:
    open_store("postgresql://h/d")
except UsageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'isa-guard[postgres]'" in done.stdout


def test_a_full_disk_is_told_and_nothing_is_acknowledged(kept: Kept) -> None:
    """The server's own refusal, raised where it would be: what follows from it is the same."""
    appender = kept.fill(1)
    refusing(kept, "entry", "53100")
    with pytest.raises(StorageFailed, match="disk is full"):
        appender.append([decided()])
    as_administrator(kept, "DROP TRIGGER refusing ON entry")
    with pytest.raises(StorageFailed, match="open the register anew"):
        appender.append([decided()])
    assert verify(kept.store, kept.trust).size == 1
    assert kept.fill(1).size == 2


def test_a_disk_that_is_really_full_loses_nothing(kept: Kept) -> None:
    folder = server().folder / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m,mode=0777", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("a small disk can only be made by root, where mounting is allowed")
    space = folder / "space"
    try:
        space.mkdir(0o700)
        os.chown(space, server().data.stat().st_uid, server().data.stat().st_gid)
        server().run(f"CREATE TABLESPACE small OWNER keeper LOCATION '{space}'")
        small = begun(server().schema() + "%20-cdefault_tablespace%3Dsmall")
        appender, one = small.fill(3), decided()
        with pytest.raises(StorageFailed, match="the server's disk is full"):
            for _ in range(100):
                appender.append([one] * 100)
        size = checkpoint_of(small.store, small.trust).size
        assert verify(small.store, small.trust).size == size >= 3
        content = b"y" * 20_000_000
        with pytest.raises(StorageFailed, match="the server's disk is full"):
            small.store.keep(Shelf.CASES, {hashlib.sha256(content).hexdigest(): content})
        subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
        assert small.fill(5).size == size + 5
        assert verify(small.store, small.trust).size == size + 5
        for store in small.stores:
            store.close()
        server().run(f"DROP SCHEMA {schema(small)} CASCADE", "DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def refusing(kept: Kept, table: str, code: str) -> None:
    as_administrator(
        kept,
        f"CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN RAISE EXCEPTION ''no more'' USING ERRCODE = ''{code}''; END'",
        f"CREATE TRIGGER refusing BEFORE INSERT ON {table} EXECUTE FUNCTION refusing()",
    )


def test_records_are_safe_where_they_cannot_be_noted(kept: Kept) -> None:
    appender = kept.fill(1)
    refusing(kept, "record", "53100")
    (receipt,) = appender.append([decided()])
    assert "records are safe" in kept.warnings[-1]
    assert verify(kept.store, kept.trust).size == receipt.covered_by == 2
    as_administrator(kept, "DROP TRIGGER refusing ON record")
    assert kept.fill(1).size == 3
    tip = kept.store.tip()
    assert tip is not None
    assert tip.size == 3


def test_appenders_in_turn_note_each_record_once(kept: Kept) -> None:
    one, other = kept.appender(), kept.appender()
    for turn in range(4):
        (one if turn % 2 else other).append([decided(reference=f"T-{turn}")])
    assert kept.warnings == []
    tip = kept.store.tip()
    assert tip is not None
    assert tip.size == 4


# Connections that are lost


def test_a_connection_lost_before_the_commit_leaves_nothing(kept: Kept) -> None:
    appender = kept.fill(1)
    (draft,) = appender.drafted([decided()])
    with (
        pytest.raises(StorageFailed, match=r"connection .*was lost|ended the connection"),
        appender.store.writing() as writer,
    ):
        appender._catch_up(writer)
        appender._commit(writer, [draft])
        ended(kept)
    assert verify(kept.store, kept.trust).size == 1
    assert kept.fill(1).size == 2


@pytest.mark.parametrize("miscounts", [False, True])
def test_a_connection_lost_in_the_middle_of_what_is_copied_is_told(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, miscounts: bool
) -> None:
    def rows() -> Iterator[tuple[int, bytes]]:
        yield 0, b"x"
        ended(kept)

    def finish(copy: Any, _: object) -> None:
        """What psycopg 3.3.9 was seen to do, where the end comes at a moment that no test can choose."""
        copy.connection.close()
        raise ValueError("too many values to unpack (expected 1)")

    store = kept.store
    if miscounts:
        monkeypatch.setattr(psycopg.Copy, "finish", finish)
    with (
        pytest.raises(StorageFailed, match=r"connection .*was lost|ended the connection"),
        store.writing(),
        link_of(store).reading("it") as connection,
    ):
        postgresql_link.copied(connection, "entry(idx, envelope)", ("int8", "bytea"), rows())
    assert list(kept.store.entries()) == []


@pytest.mark.parametrize("stored", [False, True])
def test_whether_a_commit_without_an_answer_is_stored_shows_when_opened_anew(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    appender, executing = kept.fill(1), psycopg.Connection.execute

    def unanswered(connection: Any, query: Any, *more: Any, **further: Any) -> Any:
        if query != "COMMIT" or not link_of(appender.store).held:
            return executing(connection, query, *more, **further)
        if stored:
            executing(connection, query)
        connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(psycopg.Connection, "execute", unanswered)
    with pytest.raises(StorageFailed, match=r"in the middle of a commit\. Whether it is stored shows"):
        appender.append([decided()])
    monkeypatch.undo()
    assert verify(kept.store, kept.trust).size == 1 + stored
    assert kept.fill(1).size == 2 + stored
    assert verify(kept.store, kept.trust).size == 2 + stored


def link_of(store: Any) -> postgresql_link.Link:
    found: postgresql_link.Link = store._link
    return found


def test_a_transaction_that_the_server_undoes_is_not_acknowledged(kept: Kept) -> None:
    """A COMMIT of a failed transaction is answered with ROLLBACK and without an error."""
    store = kept.store
    with (
        pytest.raises(StorageFailed, match="the server undid it"),
        store.writing(),
        suppress(StorageFailed),
    ):
        store.keep_trust_root(1, b"there already")
    assert verify(kept.store, kept.trust).size == 0


def test_connections_that_are_ended_at_random_lose_nothing_acknowledged(kept: Kept) -> None:
    chance, one, over = random.Random(20261123), decided(), threading.Event()

    def ending() -> None:
        while not over.wait(chance.uniform(0.0, 0.03)):
            ended(kept)

    thread = threading.Thread(target=ending)
    kept.fill(1)
    thread.start()
    acknowledged, failures, until = [0], 0, time.monotonic() + 4
    try:
        while time.monotonic() < until:
            try:
                appender = kept.appender()
                while time.monotonic() < until:
                    acknowledged.append(appender.append([one])[0].index)
            except (StorageFailed, RegisterUnreadable):
                failures += 1
    finally:
        over.set()
        thread.join()
    proven = verify(kept.store, kept.trust)
    assert failures > 3
    assert len(acknowledged) > 3
    assert acknowledged == sorted(set(acknowledged))
    assert proven.size > acknowledged[-1]
    assert proven.beyond == 0


def test_the_connection_is_made_anew_after_it_was_lost(kept: Kept) -> None:
    store = kept.store
    note = store.checkpoint()
    ended(kept)
    with pytest.raises(StorageFailed):
        store.checkpoint()
    assert store.checkpoint() == note


# Whoever owns the database


@pytest.mark.parametrize(
    ("table", "column"), [("entry", "envelope"), ("trust_root", "content"), ("kept_checkpoint", "note")]
)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_signed_for_is_not_changed_by_mistake(
    kept: Kept, table: str, column: str, change: str
) -> None:
    with (
        psycopg.connect(kept.where) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="ever changed"),
    ):
        connection.execute(change.format(table, column).encode())


def found_broken(kept: Kept) -> tuple[Damage, int | None]:
    with pytest.raises(RegisterBroken) as caught:
        verify(kept.store, kept.trust)
    return caught.value.damage, caught.value.index


def test_a_record_that_was_altered_past_the_triggers_is_named(kept: Kept) -> None:
    kept.fill(5)
    change = "UPDATE entry SET envelope = set_byte(envelope, 200, get_byte(envelope, 200) # 1) WHERE idx = 3"
    as_administrator(kept, change)
    assert found_broken(kept) == (Damage.SIGNATURE, 3)
    as_administrator(kept, change)
    assert verify(kept.store, kept.trust).size == 5
    as_administrator(kept, "UPDATE entry SET envelope = '' WHERE idx = 4")
    assert found_broken(kept) == (Damage.CONTENT, 4)


def test_records_that_were_left_out_or_exchanged_are_named(kept: Kept) -> None:
    kept.fill(5)
    as_administrator(
        kept,
        "UPDATE entry SET idx = 3 - idx + 100 WHERE idx IN (1, 2)",
        "UPDATE entry SET idx = idx - 100 WHERE idx > 50",
    )
    assert found_broken(kept) == (Damage.POSITION, 1)
    as_administrator(kept, "DELETE FROM entry WHERE idx = 1")
    assert found_broken(kept) == (Damage.MISSING, 1)


def test_a_record_that_was_put_there_by_hand_is_not_signed_for(kept: Kept) -> None:
    kept.fill(2)
    as_administrator(kept, "INSERT INTO entry SELECT 2, envelope FROM entry WHERE idx = 1")
    assert verify(kept.store, kept.trust).beyond == 1
    with pytest.raises(RegisterBroken):
        kept.appender()
    assert checkpoint_of(kept.store, kept.trust).size == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE head SET peaks = '\\x00'",
        "UPDATE head SET peaks = set_byte(peaks, 0, get_byte(peaks, 0) # 1)",
        "UPDATE head SET peaks = ''",
        "UPDATE head SET peaks = repeat('x', 100000)::bytea",
        "UPDATE head SET size = 0",
        "UPDATE head SET size = 2",
        "UPDATE head SET size = 7000",
        "UPDATE head SET size = -1",
        "UPDATE record SET leaf = set_byte(leaf, 0, get_byte(leaf, 0) # 1)",
        "UPDATE subtree SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1)",
        "UPDATE subtree SET hash = 'short'",
        "DELETE FROM subtree",
        "DELETE FROM record WHERE idx = 1",
        "DELETE FROM record",
        "DELETE FROM head WHERE false",
    ],
)
def test_whatever_is_noted_falsely_fools_nobody(kept: Kept, change: str) -> None:
    appender = kept.fill(6, 300)
    older = appender.note
    newer = kept.fill(1).note
    as_administrator(kept, change)
    assert verify(kept.store, kept.trust).size == 307
    refuse_contradiction(kept.store, kept.trust, older, newer)
    root = checkpoint_of(kept.store, kept.trust).root
    leaf = leaf_hash(next(kept.store.entries(7)))
    try:
        path = prove_inclusion(kept.store, 7, 307)
        check_inclusion(leaf, 7, 307, path, root)
    except (ProofInvalid, StorageFailed):
        pass  # no proof, and no false one
    assert kept.fill(2).size == 309
    assert verify(kept.store, kept.trust).size == 309
