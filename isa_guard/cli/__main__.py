"""`python -m isa_guard.cli`: the same as `isa-guard`, where no script was installed."""

from isa_guard.cli.main import run

run()
