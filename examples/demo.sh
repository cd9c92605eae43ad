#!/bin/sh
# The main job, start to finish, in a throw-away folder: check example transfers against the real agreement, sign
# what was decided, verify the register, decide again from its archive. Run by `make demo`.
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
umask 077
head -c 24 /dev/urandom | base64 >"$work/passphrase"
pass="--passphrase-file $work/passphrase"
day="--as-of 2026-11-23"
unset ISA_GUARD_AGREEMENT ISA_GUARD_REGISTER ISA_GUARD_KEY ISA_GUARD_RULES ISA_GUARD_POLICIES ISA_GUARD_FORMAT

say() { printf '\n==== %s\n\n' "$1"; }
# Each step says which exit code it expects: the demo fails if the gate opens or shuts where it should not.
expect() {
  code=$1
  shift
  printf '$ %s\n\n' "$(echo "isa-guard $*" | sed "s#$work/##g")"
  # shellcheck disable=SC2068
  isa-guard $@
  got=$?
  if [ "$got" -ne "$code" ]; then
    printf '\nThe demo expected exit code %s and got %s.\n' "$code" "$got" >&2
    exit 1
  fi
}

say "Keys and a register"
expect 0 keys new "$work/keys" $pass
expect 0 register init "$work/register" --origin demo.example/cambridgeshire-opcc --key "$work/keys" $pass

keep="--record --register $work/register --key $work/keys $pass $day"
say "A monthly performance report that keeps to the agreement"
expect 0 check examples/monthly-performance/transfer.yaml $keep
say "The same with too little notice, about a victim, one answer missing"
expect 1 check examples/monthly-performance/transfer_bad.yaml $keep
say "An export that is what its manifest says, and the same with a column that nobody declared"
expect 0 check examples/complaints-extract/export.yaml $keep
expect 1 check examples/complaints-extract/export_bad.yaml $keep
say "A list that keeps to the schedule of its agreement, field by field, and one with cells that depart from it"
expect 0 check examples/discharge-list/export.yaml $keep
expect 1 check examples/discharge-list/export_bad.yaml $keep
say "Counts withheld one by one, which follow from their totals"
expect 1 check examples/small-counts/export_bad.yaml $keep
say "OFFICIAL-SENSITIVE on the requester's word alone: a person must decide"
expect 3 check examples/sensitive-with-permission/transfer_bad.yaml $keep
say "The same with the originator's permission as evidence"
expect 0 check examples/sensitive-with-permission/transfer.yaml $keep
say "A breach over the weekend on which the clocks go back"
expect 0 check examples/breach-over-a-weekend/breach.yaml $keep
say "The same, told half an hour too late"
expect 1 check examples/breach-over-a-weekend/breach_bad.yaml $keep

say "A quarter in the logs, held to the agreement"
quarter="--agreement cambridgeshire-opcc --map isa-guard-events --as-of 2026-11-23"
expect 0 audit examples/quarter-in-the-logs/events.jsonl $quarter $keep
say "The same quarter gone wrong: most of it stands in no single line"
expect 1 audit examples/quarter-in-the-logs/events_bad.jsonl $quarter $keep

say "A request, and another person who approves it by a key of their own"
where="--register $work/register --key $work/keys"
expect 0 keys new "$work/analyst" --person $pass
expect 0 keys new "$work/spoc" --person $pass
expect 0 keys grant person "$work/analyst/person.pub.pem" --party opcc --post performance-analyst --office requester $where $pass
expect 0 keys grant person "$work/spoc/person.pub.pem" --party constabulary --post spoc-officer --office spoc --office requester $where $pass
expect 0 request examples/asked-and-approved/request.yaml --person "$work/analyst" $where $pass
expect 1 approve R-2026-0401 --until 2099-12-31 --person "$work/analyst" $where $pass
expect 0 approve R-2026-0401 --until 2099-12-31 --person "$work/spoc" $where $pass
say "What is sent lies within what was approved; then it does not"
expect 0 check examples/asked-and-approved/sent/transfer.yaml $keep
expect 3 check examples/asked-and-approved/sent/more.yaml $keep

say "The review of the year, in one folder that can be checked"
expect 0 review "$work/review" --from 2026-01-01 --agreement cambridgeshire-opcc --sample 5 $where
expect 0 review "$work/review" --check

say "What was decided, as an auditor finds it"
where="--register $work/register --key $work/keys"
expect 0 register list $where
expect 0 register verify $where
expect 0 register replay --all $where

say "The partner agency cosigns the register"
expect 0 keys new "$work/partner" --witness $pass
log=$(isa-guard register witness key $where)
isa-guard register witness trust "$log" --state "$work/partner" --name partner.example/witness >"$work/told" || exit 1
expect 0 keys grant witness "$(tail -n 1 "$work/told")" --every 7 $where $pass
expect 0 register witness request --out "$work/request" $where
expect 0 register witness sign "$work/request" --state "$work/partner" $pass --out "$work/answer"
expect 0 register witness apply "$work/answer" $where $pass
expect 0 register verify $where

say "Evidence for a stranger: openssl and coreutils check it, and nothing of isa-guard"
expect 0 register bundle "$work/evidence.tar" 1 5 $where
mkdir "$work/evidence"
tar -C "$work/evidence" -xf "$work/evidence.tar"
printf '$ sh the commands of VERIFY.txt\n\n'
(cd "$work/evidence" && sed -n 's/^    //p' VERIFY.txt >commands && sh commands) || exit 1

say "An older copy of the register, put back whole"
cp -R "$work/register" "$work/copy"
expect 0 check examples/onward-sharing/transfer.yaml $keep
expect 5 register verify --register "$work/copy" --key "$work/keys"

say "One byte of a record changed"
journal="$work/register/journal/000000000000.seg"
was=$(dd if="$journal" bs=1 skip=2000 count=1 2>/dev/null)
# Another letter than the one that stands there, which differs from run to run.
if [ "$was" = X ]; then now=Y; else now=X; fi
printf '%s' "$now" | dd of="$journal" bs=1 seek=2000 conv=notrunc 2>/dev/null
expect 5 register verify $where
say "Done: each gate opened and shut where it should"
