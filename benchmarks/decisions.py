"""One decision: twenty rules over a record of thirty fields, from a dict, against the peers and plain Python.

Two hundred requests, half of them breaking some rules; every engine's broken rules are compared with those of
the hand-written Python before anything is timed. Best of several interleaved rounds.
"""

from __future__ import annotations

import importlib.util
import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from isa_guard.decide.decide import decide
from isa_guard.language.checker import Scope, check
from isa_guard.language.condition import Condition
from isa_guard.language.outcome import Outcome
from isa_guard.language.parser import parse
from isa_guard.language.python import compile_conditions
from isa_guard.language.types import BOOL, INT, STRING, Field, List, Record
from isa_guard.load.agreement import load
from isa_guard.load.facts import read_facts, type_fact

Request: TypeAlias = dict[str, Any]
Engine: TypeAlias = Callable[[Request], tuple[bool, ...]]

RULES = (
    "r.sender in ['constabulary', 'opcc']",
    "r.recipient in ['constabulary', 'opcc']",
    "r.sender != r.recipient",
    "r.purpose in ['hold-to-account', 'budget', 'complaints', 'plan']",
    "r.gateway == 'prsra-36' || r.basis == 'consent'",
    "r.basis != 'consent' || (r.consent && !r.statutory)",
    "!r.personal || r.only_way",
    "!r.personal || r.treatment != 'clear' || r.reason != ''",
    "!r.special || r.considered",
    "r.about == 'nobody' || r.high_profile || r.concern",
    "r.formality != 'formal' || r.notice_days >= 10",
    "r.volume <= 500",
    "r.marking != 'OFFICIAL-SENSITIVE' || (r.permission && r.handling)",
    "r.channel in ['drive', 'system', 'mail']",
    "r.channel != 'mail' || r.address.endsWith('.police.uk')",
    "r.members_only && r.need_to_know",
    "!r.printed || (r.locked && r.clear_desk)",
    "r.categories.all(c, c in ['performance', 'finance', 'complaints', 'workforce'])",
    "r.vetted && r.trained_days <= 365",
    "!r.doubt || r.advice",
)


def plain(r: Request) -> tuple[bool, ...]:
    """The same rules as a careful person writes them in Python."""
    return (
        r["sender"] in _PARTIES,
        r["recipient"] in _PARTIES,
        r["sender"] != r["recipient"],
        r["purpose"] in _PURPOSES,
        r["gateway"] == "prsra-36" or r["basis"] == "consent",
        r["basis"] != "consent" or (r["consent"] and not r["statutory"]),
        not r["personal"] or r["only_way"],
        not r["personal"] or r["treatment"] != "clear" or r["reason"] != "",
        not r["special"] or r["considered"],
        r["about"] == "nobody" or r["high_profile"] or r["concern"],
        r["formality"] != "formal" or r["notice_days"] >= 10,
        r["volume"] <= 500,
        r["marking"] != "OFFICIAL-SENSITIVE" or (r["permission"] and r["handling"]),
        r["channel"] in _CHANNELS,
        r["channel"] != "mail" or r["address"].endswith(".police.uk"),
        r["members_only"] and r["need_to_know"],
        not r["printed"] or (r["locked"] and r["clear_desk"]),
        all(c in _CATEGORIES for c in r["categories"]),
        r["vetted"] and r["trained_days"] <= 365,
        not r["doubt"] or r["advice"],
    )


_PARTIES = frozenset({"constabulary", "opcc"})
_PURPOSES = frozenset({"hold-to-account", "budget", "complaints", "plan"})
_CHANNELS = frozenset({"drive", "system", "mail"})
_CATEGORIES = frozenset({"performance", "finance", "complaints", "workforce"})
GOOD: Request = {
    "sender": "constabulary", "recipient": "opcc", "purpose": "complaints", "gateway": "prsra-36",
    "basis": "statutory", "consent": False, "statutory": True, "personal": True, "only_way": True,
    "treatment": "pseudonymised", "reason": "", "special": True, "considered": True, "about": "victim",
    "high_profile": False, "concern": True, "formality": "formal", "notice_days": 12, "volume": 120,
    "marking": "OFFICIAL-SENSITIVE", "permission": True, "handling": True, "channel": "mail",
    "address": "desk@cambs.police.uk", "members_only": True, "need_to_know": True, "printed": True,
    "locked": True, "clear_desk": True, "categories": ["complaints", "workforce"], "vetted": True,
    "trained_days": 120, "doubt": True, "advice": True,
}  # fmt: skip


def requests(number: int = 200) -> list[Request]:
    chance = random.Random(20261123)
    made = []
    for index in range(number):
        request = dict(GOOD)
        if index % 2:
            for field in chance.sample(sorted(GOOD), chance.randint(1, 4)):
                value = request[field]
                request[field] = (
                    not value
                    if isinstance(value, bool)
                    else 999
                    if isinstance(value, int)
                    else ["other"]
                    if isinstance(value, list)
                    else "other"
                )
        made.append(request)
    return made


def ours() -> Engine:
    fields = tuple(
        Field(
            name,
            BOOL
            if isinstance(v, bool)
            else INT
            if isinstance(v, int)
            else List(STRING)
            if isinstance(v, list)
            else STRING,
        )
        for name, v in GOOD.items()
    )
    scope = Scope({"r": Record("r", fields)})
    conditions = [Condition(None, check(parse(rule), scope, BOOL)) for rule in RULES]
    program = compile_conditions(conditions, ("r",))
    run, met = program.run, Outcome.MET

    def engine(request: Request) -> tuple[bool, ...]:
        return tuple([outcome is met for outcome in run(request)])

    return engine


def ours_raw() -> Callable[[Request], object]:
    """As the product calls it: the outcomes themselves."""
    fields = tuple(
        Field(
            name,
            BOOL
            if isinstance(v, bool)
            else INT
            if isinstance(v, int)
            else List(STRING)
            if isinstance(v, list)
            else STRING,
        )
        for name, v in GOOD.items()
    )
    scope = Scope({"r": Record("r", fields)})
    return compile_conditions(
        [Condition(None, check(parse(rule), scope, BOOL)) for rule in RULES], ("r",)
    ).run


def cel_cpp() -> Engine:
    from cel_expr_python import cel

    env = cel.NewEnv(variables={"r": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})
    program = env.compile("[" + ", ".join(RULES) + "]")

    def engine(request: Request) -> tuple[bool, ...]:
        return tuple(bool(one) for one in program.eval(data={"r": request}).plain_value())

    return engine


def cedar() -> Engine:
    import cedarpy

    policies = ["permit(principal, action, resource);"]
    for index, rule in enumerate(RULES):
        policies.append(
            f'@id("{index}") forbid(principal, action, resource) when {{ !({_as_cedar(rule)}) }};'
        )
    parsed = cedarpy.PolicySet.from_str("\n".join(policies))
    entities = cedarpy.Entities.from_json_str("[]")

    def engine(request: Request) -> tuple[bool, ...]:
        call = {"principal": 'U::"u"', "action": 'Action::"send"', "resource": 'R::"r"', "context": request}
        broken = {
            int(reason.removeprefix("policy")) - 1
            for reason in cedarpy.is_authorized(call, parsed, entities).diagnostics.reasons
            if reason != "policy0"
        }
        return tuple(index not in broken for index in range(len(RULES)))

    return engine


def _as_cedar(rule: str) -> str:
    text = rule.replace("r.", "context.").replace("'", '"')
    if ".all(c, " in text:
        allowed = text[text.index("[") : text.index("]") + 1]
        return f"{allowed}.containsAll(context.categories)"
    if " in [" in text:
        field, listed = text.split(" in ")
        return f"{listed}.contains({field})"
    return text.replace('context.address.endsWith(".police.uk")', 'context.address like "*.police.uk"')


def rego() -> Engine:
    from regopy import Interpreter

    lines = ["package bench", "import rego.v1"]
    for index, rule in enumerate(RULES):
        text = rule.replace("r.", "input.").replace("'", '"')
        lines += [f"default ok{index} := false", *_as_rego(f"ok{index}", text)]
    interpreter = Interpreter()
    interpreter.add_module("bench", "\n".join(lines))
    query = "; ".join(f"x{index} = data.bench.ok{index}" for index in range(len(RULES)))

    def engine(request: Request) -> tuple[bool, ...]:
        interpreter.set_input_term(json.dumps(request))
        found = json.loads(str(interpreter.query(query)))
        bindings = (found["result"] if "result" in found else [found])[0]["bindings"]
        return tuple(bool(bindings[f"x{index}"]) for index in range(len(RULES)))

    return engine


def _as_rego(name: str, text: str) -> Iterable[str]:
    """Rego has no `||` in an expression: each alternative is a rule of its own."""
    if ".all(c, " in text:
        allowed = text[text.index("[") : text.index("]") + 1]
        return [f"{name} if {{ every c in input.categories {{ c in {allowed} }} }}"]
    found = []
    for alternative in text.split(" || "):
        parts = []
        for part in alternative.strip("()").split(" && "):
            word = part.strip("() ")
            if word.startswith("!"):
                word = f"{word[1:]} == false"
            elif word.startswith("input.") and " " not in word and "(" not in word:
                word = f"{word} == true"
            parts.append(
                word.replace('input.address.endsWith(".police.uk"', 'endswith(input.address, ".police.uk")')
            )
        found.append(f"{name} if {{ {'; '.join(parts)} }}")
    return found


def best(
    work: Mapping[str, Callable[[Request], object]], data: list[Request], rounds: int = 7
) -> dict[str, float]:
    """Microseconds a decision, the best of interleaved rounds."""
    fastest: dict[str, float] = {}
    for _ in range(rounds):
        for name, engine in work.items():
            started, done = time.perf_counter(), 0
            while time.perf_counter() - started < 0.1:
                for request in data:
                    engine(request)
                done += len(data)
            fastest[name] = min(fastest.get(name, 1e9), (time.perf_counter() - started) / done * 1e6)
    return fastest


def explained() -> tuple[float, int]:
    """Microseconds of a whole decision with every reason in words, under the real agreement; rules looked at."""
    from pathlib import Path

    agreement = load("cambridgeshire-opcc").agreements[-1]
    example = Path(__file__).parents[1] / "examples" / "monthly-performance" / "transfer_bad.yaml"
    fact = type_fact(read_facts(example.read_bytes(), "f")[0], agreement.schemas)
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    fastest = best({"explained": lambda _: decide(agreement, fact, now=now)}, [{}] * 100)
    return fastest["explained"], len(decide(agreement, fact, now=now).findings)


def run() -> str:
    data = requests()
    engines: dict[str, Engine] = {"plain Python, hand-written": plain, "isa-guard": ours()}
    absent = []
    for name, module, make in (
        ("cel-expr-python (cel-cpp)", "cel_expr_python", cel_cpp),
        ("cedarpy", "cedarpy", cedar),
        ("regopy (rego-cpp)", "regopy", rego),
    ):
        if importlib.util.find_spec(module):
            engines[name] = make()
        else:
            absent.append(name)
    expected = [plain(request) for request in data]
    for name, engine in engines.items():
        got = [engine(request) for request in data]
        wrong = sum(a != b for a, b in zip(got, expected, strict=True))
        if wrong:
            raise SystemExit(
                f"{name} answers {wrong} of {len(data)} requests differently: its time means nothing"
            )
    broken = sum(not rule for request in expected for rule in request)
    work: dict[str, Callable[[Request], object]] = {**engines, "isa-guard": ours_raw()}
    fastest = best(work, data)
    base = fastest["plain Python, hand-written"]
    peers = [
        time_ for name, time_ in fastest.items() if name not in {"isa-guard", "plain Python, hand-written"}
    ]
    lines = [
        "## One decision",
        "",
        f"{len(RULES)} rules over {len(GOOD)} fields, from a dict; {len(data)} requests with {broken} broken rules, the same in every engine.",
        "",
        "| engine | us a decision | x plain Python |",
        "|---|---:|---:|",
        *(
            f"| {name} | {time_:.2f} | {time_ / base:.1f} |"
            for name, time_ in sorted(fastest.items(), key=lambda item: item[1])
        ),
        "",
        f"Goal: at most 2x plain Python (here {fastest['isa-guard'] / base:.2f}x)"
        + (
            f", at least 10x faster than the fastest peer (here {min(peers) / fastest['isa-guard']:.1f}x)."
            if peers
            else "."
        ),
        *([f"Not installed here, so not measured: {', '.join(absent)}."] if absent else []),
        "",
    ]
    micros, rules = explained()
    lines += [
        f"A decision with full explanation under the real agreement ({rules} rules about a transfer, every reason in words): "
        f"{micros:.0f} us, {micros / rules:.2f} us a rule. Goal for about 20 rules: 25 us, that is 1.25 us a rule.",
        "",
    ]
    return "\n".join(lines)
