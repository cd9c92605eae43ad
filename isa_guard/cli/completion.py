"""`isa-guard completion`: what a shell reads to complete our commands and options."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(*, shell: str) -> int:
    """Print the completion script for SHELL: eval "$(isa-guard completion bash)" in its start-up file."""
    from click.shell_completion import get_completion_class

    from isa_guard.cli.main import group

    kind = get_completion_class(shell)
    assert kind is not None  # click ships all three
    click.echo(kind(group(), {}, "isa-guard", "_ISA_GUARD_COMPLETE").source())
    return 0
