r"""VERIFY.txt: how a stranger checks an evidence bundle with openssl and coreutils, and nothing of ours.

Every line that begins with four spaces is a command; all of them together are one POSIX shell script. They are
written for the one bundle they lie in, so that nobody has to put anything in by hand but the fingerprint that
the agreement's annex has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.register.records import dsse
from isa_guard.register.signing.keys import Role
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.tree.note import ED25519, key_id, read_note
from isa_guard.register.trust_roots.trust import PAYLOAD_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.register.verify import Stored

_TITLE: Final = """\
HOW TO CHECK THIS EVIDENCE

It needs a POSIX shell, openssl 3 and GNU coreutils, and nothing of isa-guard. Unpack the tar, go into its folder and
run the lines that are set in by four spaces, in order, in one shell. Each either says that it holds or stops.
"""
_BEGIN: Final = """\
1. No file was altered since the bundle was made.

    set -eu
    sha256sum --check --quiet SHA256SUMS
    export LC_ALL=C
"""
_SIGNED: Final = r"""
2. What checks an envelope (DSSE version 1): the file, and the SHA-256 of the key that must have signed it.

    signed() {
      T=$(sed -n 's/.*"payloadType":"\([^"]*\)".*/\1/p' "$1")
      sed -n 's/.*"payload":"\([^"]*\)".*/\1/p' "$1" | base64 -d > p
      sed -n 's/.*"keyid":"'"$2"'","sig":"\([^"]*\)".*/\1/p' "$1" | base64 -d > s
      { printf 'DSSEv1 %d %s %d ' ${#T} "$T" "$(stat -c%s p)"; cat p; } > m
      openssl pkey -pubin -in "keys/$2.pem" -outform DER | sha256sum | grep -q "^$2 "
      openssl pkeyutl -verify -pubin -inkey "keys/$2.pem" -rawin -in m -sigfile s > /dev/null
    }
"""
_TRUST: Final = """
3. The root key{s} with the fingerprint in the agreement's annex signed the list of all other keys.
   Compare the fingerprint with the annex yourself: it is the one thing that must not come from here.

{fingerprint}
"""
_FINGERPRINT: Final = "    echo 'root key fingerprint: {0}'"
_CHECKPOINT: Final = r"""
4. The log key signed the head: the register's name, its {size} records, and the root over them.

    sed '/^$/,$d' checkpoint > n
    sed -n 5p checkpoint | awk '{{print $3}}' | base64 -d | tail -c 64 > cs
    openssl pkeyutl -verify -pubin -inkey keys/{log}.pem -rawin -in n -sigfile cs > /dev/null
    grep -q '"keyid":"{log}","role":"log"' trusted
    sed -n 3p n | base64 -d > root
    echo 'the head of {origin} with {size} records is signed'
"""
_COSIGNED: Final = r"""
5. The witness{es} signed the same head. Bytes 5 to 12 of a line are the time by the witness's clock.

    cosigned() {{
      awk -v name="$1" '$2 == name {{print $3}}' checkpoint | base64 -d > c
      {{ printf 'cosignature/v1\ntime %s\n' "$(tail -c +5 c | od -An -tu8 --endian=big -N8 | tr -d ' ')"; cat n; }} > m
      tail -c 64 c > s
      openssl pkeyutl -verify -pubin -inkey "keys/$2.pem" -rawin -in m -sigfile s > /dev/null
      echo "cosigned by $1, $(date -u -d @"$(tail -c +5 c | od -An -tu8 --endian=big -N8 | tr -d ' ')" +%FT%TZ)"
    }}
{lines}
"""
_NOT_COSIGNED: Final = """
5. No witness cosigned this head: it is the word of the register's keeper alone.
"""
_INCLUDED: Final = r"""
6. What leads from a record to the root (RFC 9162, section 2.1.3.2): the record's number, and the hashes of its proof.

    node() { { printf '\001'; cat "$1" "$2"; } | openssl dgst -sha256 -binary > h; cat h > r; }
    included() {
      { printf '\000'; cat "records/$1.json"; } | openssl dgst -sha256 -binary > r
      fn=$1; sn=$(($2 - 1)); went=1
      sed '1,2d;/^$/,$d' "records/$1.tlog-proof" > path
      while read -r line; do
        printf '%s' "$line" | base64 -d > q
        [ "$sn" -gt 0 ]
        if [ $((fn % 2)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
          node q r
          while [ $((fn % 2)) -eq 0 ] && [ "$fn" -gt 0 ]; do fn=$((fn / 2)); sn=$((sn / 2)); done
        else
          node r q
        fi
        fn=$((fn / 2)); sn=$((sn / 2))
      done < path
      [ "$sn" -eq 0 ]
      cmp r root
    }

7. Each record: signed by a key that the trust root names, in the register, and what it says.
"""
_LAST: Final = """
What this shows: the records are whole, signed, and part of the register as its keeper{and_witness} signed it. What it
cannot show: that a decision was right, that the facts were true, or that nothing was left unrecorded. Which records
a key counts for stands in the trust root (validFrom, validUntil, by number of record).
"""


def written(trust: TrustRoot, note: bytes, records: Sequence[Stored], files: Mapping[str, bytes]) -> str:
    """Answer the instructions for a bundle of these files."""
    checkpoint = claimed_checkpoint(note)
    witnesses = cosignatures(note, trust.witness_keys(checkpoint.size))
    several = "s" if len(trust.roots) > 1 else ""
    cosigned = _COSIGNED.format(
        es="es" if len(witnesses) > 1 else "",
        lines="\n".join(f"    cosigned {one.name} {one.key_id}" for one in witnesses),
    )
    parts = [
        _TITLE,
        _BEGIN,
        _SIGNED,
        _TRUST.format(s=several, fingerprint="\n".join(_roots(trust, files))),
        _CHECKPOINT.format(size=checkpoint.size, origin=checkpoint.origin, log=_log_key(trust, note)),
        cosigned if witnesses else _NOT_COSIGNED,
        _INCLUDED,
        *(_record(one, checkpoint.size) for one in records),
        _LAST.format(and_witness=" and its witnesses" if witnesses else ""),
    ]
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _roots(trust: TrustRoot, files: Mapping[str, bytes]) -> Iterator[str]:
    for root in trust.roots:
        yield _FINGERPRINT.format(root.key_id)
    if len(trust.roots) > 1:
        yield f"    echo '{trust.threshold} of these {len(trust.roots)} must sign'"
    names = [name for name in files if name.startswith("trust-root")]
    for name in sorted(names, key=len):
        for key, _ in dsse.open_joint(files[name], PAYLOAD_TYPE).signatures:
            yield f"    signed {name} {key}"
    newest = max(names, key=lambda name: (len(name), name))
    yield f'    sed -n \'s/.*"payload":"\\([^"]*\\)".*/\\1/p\' {newest} | base64 -d > trusted'


def _log_key(trust: TrustRoot, note: bytes) -> str:
    first = read_note(note).lines[0]
    return next(
        key.key_id for key in trust.ever(Role.LOG) if key_id(trust.origin, ED25519, key.raw) == first.id
    )


def _record(one: Stored, size: int) -> str:
    key = dsse.open_unverified(one.envelope).key_id
    lines = [
        f"    signed records/{one.index}.json {key}",
        f'    grep -q \'"keyid":"{key}","role":"record"\' trusted',
        f"    included {one.index} {size}",
        f'    grep -q \'"index":{one.index},\' p && grep -q \'"origin":"{one.record.standing.origin}"\' p',
        f"    echo 'record {one.index} is signed and in the register'",
    ]
    return "\n" + "\n".join(lines)
