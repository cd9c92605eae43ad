"""The entry point: starts fast, knows every command by name, and turns every failure into words and an exit code."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import click

# What a full or broken disk says to one who writes; the register tells its own troubles in its own words.
UNWRITTEN: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})
# Name: (module, or module:name of the command in it, help). The help stands here so that `--help` imports no command.
COMMANDS: Final = {
    "check": ("check", "Decide transfers and other facts; the exit code is the gate."),
    "audit": ("audit", "Hold logs of what was done to the agreement, line by line."),
    "scan": ("scan", "What is inside files: identifiers, markings, what could not be read."),
    "validate": ("validate", "Agreements and rules: shape, types, coverage, stale law."),
    "test": ("cases", "Run the cases beside rules and agreements, and grade them."),
    "explain": ("explain", "A rule or a clause, in words."),
    "schema": ("schema", "Print the JSON Schema of a kind of document."),
    "new": ("new", "Begin an agreement, a rule, a transfer or the manifest of an export."),
    "request": ("request", "Put a transfer before the SPOC, or list what waits there."),
    "approve": ("answering:approve", "Approve a request until a day."),
    "refuse": ("answering:refuse", "Refuse a request, with the reason."),
    "return": ("answering:return_", "Return a request to who made it."),
    "withdraw": ("answering:withdraw", "Withdraw a request."),
    "permit": ("answering:permit", "Give express authority, the owner's permission, or consent."),
    "revoke": ("answering:revoke", "Take back an approval or a permission."),
    "due": ("due", "Every running clock, soonest first; exit 1 where one is overdue."),
    "breach": ("matters:breach", "Breaches: open, notify, update, close."),
    "dispense": ("matters:dispense", "Dispensations: give, confirm by a second person, revoke."),
    "dispose": ("dispose", "Dispose of information held: record, erase its case, certify."),
    "holding": ("matters:holding", "Information held: receive, hold, retain, dispose."),
    "rights": ("matters:rights", "Requests by the public or the person concerned."),
    "staff": ("matters:staff", "Training and vetting of those with access."),
    "agreement": ("matters:agreement", "Appointments, reviews, evidence for clauses, sign-off."),
    "review": ("review", "The annual review, as one folder that can be checked."),
    "register": ("register", "The register of signed records: init, list, show, verify, replay."),
    "keys": ("keys", "The keys that sign records."),
    "completion": ("completion", "Shell completion for bash, zsh or fish."),
}


def run() -> None:
    """Run the command line and leave with its exit code."""
    # A call lives for a fraction of a second and makes trees, not circles: collecting garbage would cost a tenth.
    gc.disable()
    # pydantic looks for plugins in every installed package; we have none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What the locale cannot write is written as its code: an answer lost to a locale would be no answer.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Answer the exit code of one call. A defect is written to a file, not thrown at the reader."""
    if arguments[:1] == ["--version"]:  # before click is imported: a prompt asks for it at every line
        from isa_guard.version import __version__

        sys.stdout.write(f"isa-guard {__version__}\n")
        return 0
    import click

    from isa_guard.errors import IsaGuardError

    try:
        code = group().main(arguments, prog_name="isa-guard", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.exceptions.Abort):
        sys.stderr.write("interrupted\n")
        return 130
    except BrokenPipeError:
        # The reader of our output went away: whatever it saw is not a whole answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 4
    except IsaGuardError as error:
        return _told(error)
    except OSError as error:
        return _unwritten(error) if error.errno in UNWRITTEN else _defect(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a defect is told as one
        return _defect(error)
    return code if isinstance(code, int) else 0


def _unwritten(error: OSError) -> int:
    """Answer 4: whatever was decided, not all of the answer reached its reader."""
    sys.stderr.write(f"error: the answer could not be written: {(error.strerror or '').lower()}\n")
    return 4


def _told(error: Exception) -> int:
    from isa_guard.errors import IsaGuardError, LoadError
    from isa_guard.report.visible import visible

    assert isinstance(error, IsaGuardError)
    text = visible(str(error))
    number = len(error.problems) if isinstance(error, LoadError) else 0
    sys.stderr.write(f"error: {text}\n" if number < 2 else f"{text}\n\n{number} problems\n")
    return error.exit_code


def _defect(error: Exception) -> int:
    """Answer 70. The traceback goes to a private file: it may hold values, so it is not printed."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="isa-guard-defect-", suffix=".log", delete=False) as log:
        traceback.print_exception(error, file=log)
    sys.stderr.write(
        f"error: a defect in isa-guard ({type(error).__name__}); nothing was permitted.\n"
        f"The trace is in {log.name}. It may hold values from your documents: look before you send it.\n"
    )
    return 70


def group() -> click.Group:
    """Answer the command group, whose commands are imported when they are called."""
    import click

    class LazyGroup(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(COMMANDS)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in COMMANDS:
                return None
            module, _, name = COMMANDS[cmd_name][0].partition(":")
            command = getattr(import_module(f"isa_guard.cli.{module}"), name or "command")
            assert isinstance(command, click.Command)
            return command

        def resolve_command(
            self, ctx: click.Context, args: list[str]
        ) -> tuple[str | None, click.Command | None, list[str]]:
            if args and args[0] not in COMMANDS and not args[0].startswith("-"):
                from difflib import get_close_matches

                near = get_close_matches(args[0], COMMANDS, n=1)
                hint = f" Did you mean `{near[0]}`?" if near else ""
                raise click.UsageError(f"there is no command `{args[0]}`.{hint}", ctx)
            return super().resolve_command(ctx, args)

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    @click.group(
        cls=LazyGroup,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 permitted, 1 refused or not covered, 2 wrong usage, 3 a person must decide, "
        "4 could not be read or nothing matched, 5 does not verify, 70 a defect.",
    )
    @click.option("--version", is_flag=True, help="Print the version.")
    @click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help="How isa-guard's own log is written.",
    )
    @click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default="warning",
        help="From which level on it is written, to standard error.",
    )
    @click.pass_context
    def isa_guard(ctx: click.Context, *, version: bool, log_format: str, log_level: str) -> None:
        """Hold transfers, exports and audit logs to an Information Sharing Agreement.

        It is practice, not legal advice: every answer names the clause and the reading it used.
        """
        from isa_guard.cli.log import LOG

        LOG.form, LOG.level = log_format, log_level
        if version:
            from isa_guard.version import __version__

            click.echo(f"isa-guard {__version__}")
            ctx.exit(0)

    return isa_guard
