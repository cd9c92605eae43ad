"""What an audit is measured against: reading alone, and the eight rules that the log breaks, written by hand three times."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import polars as pl

from benchmarks.audit_log import KINDS, PLANTED, Form, read_by

YEAR, HOURS72 = 365 * 86_400_000_000, 72 * 3_600_000_000
USES = ("accessed", "used")


def bare(form: Form, folder: Path) -> None:
    """DuckDB reads every column, and does nothing with it."""
    at = 'max(epoch_us("at"))' if form is Form.PARQUET else 'max("at")'  # or its statistics would do
    texts = ", ".join(at if name == "at" else f'max("{name}")' for name in KINDS)
    assert duckdb.connect().execute(f"SELECT count(*), {texts} FROM {read_by(form, folder)}").fetchone()


def hand(form: Form, folder: Path) -> None:
    """As a good analyst would write it for DuckDB, knowing the log and its rules beforehand; nothing is checked or rejected."""
    at = 'epoch_us(CAST("at" AS TIMESTAMPTZ))'
    base = duckdb.connect()
    base.execute(
        f"""CREATE TABLE t AS SELECT {at} AS t, action, actor, dataset, ref, purpose, source, seq, recorded
        FROM {read_by(form, folder)}"""
    )
    first = "SELECT {0}, min(t) AS f FROM t WHERE action IN ({1}) GROUP BY {0}"
    access, use = "action = 'accessed'", "action IN ('accessed', 'used')"
    found = {
        "audit/need-to-know": f"""SELECT count(*) FROM t LEFT JOIN ({first.format("actor, dataset", "'access-granted'")}) g
            USING (actor, dataset) WHERE {access} AND (f IS NULL OR f > t)""",
        "audit/purpose": f"""SELECT count(*) FROM t LEFT JOIN ({first.format("dataset, purpose", "'received', 'shared'")}) g
            USING (dataset, purpose) WHERE {use} AND (f IS NULL OR f > t)""",
        "audit/left": f"""SELECT count(*) FROM t JOIN ({first.format("actor, dataset", "'access-ended'")}) g
            USING (actor, dataset) WHERE {access} AND f <= t""",
        "audit/permitted": f"""SELECT count(*) FROM t LEFT JOIN ({first.format("ref", "'permitted'")}) g
            USING (ref) WHERE action = 'shared' AND (f IS NULL OR f > t)""",
        "audit/trained": f"""WITH a AS (SELECT actor, t, lag(t) OVER (PARTITION BY actor ORDER BY t) AS b FROM t WHERE action = 'trained'),
            s AS (SELECT *, sum(CASE WHEN b + {YEAR} >= t THEN 0 ELSE 1 END) OVER (PARTITION BY actor ORDER BY t) AS n FROM a),
            c AS (SELECT actor, min(t) AS f, max(t) + {YEAR} AS l FROM s GROUP BY actor, n)
            SELECT count(*) FROM t LEFT JOIN c ON c.actor = t.actor AND t.t BETWEEN f AND l WHERE {use} AND f IS NULL""",
        "audit/breach-told": f"""SELECT count(*) FROM t d WHERE action = 'breach-discovered' AND NOT EXISTS (SELECT 1 FROM t n
            WHERE n.action = 'breach-notified' AND n.ref = d.ref AND n.t BETWEEN d.t AND d.t + {HOURS72})""",
        "audit/gaps": """SELECT count(*) FROM (SELECT source, max(h) OVER w AS e, lead(l) OVER w AS n FROM (SELECT source, seq // 4096 AS b,
            min(seq) AS l, max(seq) AS h FROM t GROUP BY ALL) WINDOW w AS (PARTITION BY source ORDER BY b ROWS CURRENT ROW)) WHERE n > e + 1""",
        "log/recorded": "SELECT count(*) FROM t WHERE action = 'shared' AND recorded = false",
    }  # fmt: skip
    counts = {rule: _one(base, query) for rule, query in found.items()}
    inside = """SELECT count(*) FROM (SELECT seq - lag(seq) OVER (PARTITION BY source, seq // 4096 ORDER BY seq) AS d FROM t
        WHERE (source, seq // 4096) IN (SELECT (source, seq // 4096) FROM t GROUP BY ALL HAVING count(*) <> max(seq) - min(seq) + 1)) WHERE d > 1"""
    assert counts | {"audit/gaps": counts["audit/gaps"] + _one(base, inside)} == PLANTED, counts


def _one(base: duckdb.DuckDBPyConnection, query: str) -> int:
    row = base.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def polars(form: Form, folder: Path) -> None:
    """The same in Polars, lazily and streaming."""
    path = folder / f"log.{form}"
    kinds = {"VARCHAR": pl.String, "BIGINT": pl.Int64, "BOOLEAN": pl.Boolean}
    schema = {name: kinds[kind] for name, kind in KINDS.items()}
    if form is Form.PARQUET:
        log = pl.scan_parquet(path)
    else:
        log = (pl.scan_csv if form is Form.CSV else pl.scan_ndjson)(path, schema=schema)
    at = pl.col("at") if form is Form.PARQUET else pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ")
    wanted = ["action", "actor", "dataset", "ref", "purpose", "source", "seq", "recorded"]
    t = log.select(at.dt.timestamp("us").alias("t"), *wanted).collect(engine="streaming").lazy()
    action = pl.col("action")

    def first(actions: list[str], keys: list[str]) -> pl.LazyFrame:
        return t.filter(action.is_in(actions)).group_by(keys).agg(pl.col("t").min().alias("f"))

    def without(which: Any, answers: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
        late = pl.col("f").is_null() | (pl.col("f") > pl.col("t"))
        return t.filter(which).join(answers, on=keys, how="left").filter(late)

    trained = t.filter(action == "trained").select("actor", r="t").sort("r")
    told = t.filter(action == "breach-notified").select("ref", n="t").sort("n")
    access, use = action == "accessed", action.is_in(USES)
    ended = first(["access-ended"], ["actor", "dataset"])
    rules = {
        "audit/need-to-know": without(access, first(["access-granted"], ["actor", "dataset"]), ["actor", "dataset"]),
        "audit/purpose": without(use, first(["received", "shared"], ["dataset", "purpose"]), ["dataset", "purpose"]),
        "audit/left": t.filter(access).join(ended, on=["actor", "dataset"]).filter(pl.col("f") <= pl.col("t")),
        "audit/permitted": without(action == "shared", first(["permitted"], ["ref"]), ["ref"]),
        "audit/trained": t.filter(use).sort("t").join_asof(trained, left_on="t", right_on="r", by="actor", check_sortedness=False)
            .filter(pl.col("r").is_null() | (pl.col("r") + YEAR < pl.col("t"))),
        "audit/breach-told": t.filter(action == "breach-discovered").sort("t").join_asof(
            told, left_on="t", right_on="n", by="ref", strategy="forward", check_sortedness=False)
            .filter(pl.col("n").is_null() | (pl.col("n") > pl.col("t") + HOURS72)),
        "audit/gaps": t.sort("source", "seq").filter(pl.col("seq").diff().over("source") > 1),
        "log/recorded": t.filter((action == "shared") & ~pl.col("recorded")),
    }  # fmt: skip
    counts = pl.collect_all([one.select(pl.len()) for one in rules.values()])
    assert dict(zip(rules, (one.item() for one in counts), strict=True)) == PLANTED


def loop(form: Form, folder: Path) -> None:
    """One pass in Python over JSONL, msgspec decoding each line."""
    assert form is Form.JSONL
    fields = [
        (name, {"VARCHAR": str, "BIGINT": int, "BOOLEAN": bool}[kind] | None, None)
        for name, kind in KINDS.items()
    ]
    decode = msgspec.json.Decoder(msgspec.defstruct("Line", fields, gc=False)).decode
    first: dict[Any, int] = {}
    trained: dict[str, int] = {}
    told, seen = set(), defaultdict(list)
    open_ = []
    found = dict.fromkeys(PLANTED, 0)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    with (folder / "log.jsonl").open("rb") as file:
        for line in file:
            one: Any = decode(line)
            at = (datetime.fromisoformat(one.at) - start).total_seconds() * 1e6
            seen[one.source].append(one.seq)
            match one.action:
                case "accessed":
                    found["audit/need-to-know"] += ("g", one.actor, one.dataset) not in first
                    found["audit/left"] += ("e", one.actor, one.dataset) in first
                    found["audit/purpose"] += ("p", one.dataset, one.purpose) not in first
                    found["audit/trained"] += at - trained.get(one.actor, -YEAR) > YEAR
                case "access-granted":
                    first.setdefault(("g", one.actor, one.dataset), 1)
                case "access-ended":
                    first.setdefault(("e", one.actor, one.dataset), 1)
                case "trained":
                    trained[one.actor] = max(trained.get(one.actor, 0), int(at))
                case "permitted":
                    first.setdefault(("r", one.ref), 1)
                case "shared" | "received":
                    first.setdefault(("p", one.dataset, one.purpose), 1)
                    if one.action == "shared":
                        found["audit/permitted"] += ("r", one.ref) not in first
                        found["log/recorded"] += one.recorded is False
                case "breach-discovered":
                    open_.append(one.ref)
                case "breach-notified":
                    told.add(one.ref)
                case _:
                    pass
    found["audit/breach-told"] = sum(ref not in told for ref in open_)
    found["audit/gaps"] = sum(b - a > 1 for of in seen.values() for a, b in pairwise(of))
    assert found == PLANTED, found
