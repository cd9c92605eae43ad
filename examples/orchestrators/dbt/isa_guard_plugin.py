"""A plugin of dbt-duckdb: `isa_guard_check(manifest)` and `isa_guard_hand_over(manifest, outbox)` for hooks and models.

SQL alone can start no program; a function of the connection can, and one that raises fails the model whose hook called
it, and dbt skips every model after that.
"""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from export_gate import NotPermitted, ask, hand_over


class Plugin(BasePlugin):
    """Named in profiles.yml with `agreement`, an id or a folder."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Raises KeyError where no agreement is named: dbt then runs nothing."""
        self.agreement: str = plugin_config["agreement"]

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add both functions. They have side effects, so DuckDB keeps no answer of theirs.

        It leaves a call out, all the same, whose value nobody asks for: a hook is `select isa_guard_check(...)` and no more.
        A manifest of NULL, which a slip in a macro could make, is handed on like any other and cannot be read:
        by default DuckDB would answer NULL in place of the function, and the hook would pass.
        """
        for name, function in (("isa_guard_check", self.check), ("isa_guard_hand_over", self.hand_over)):
            # Words, since the enumerations they stand for have moved between versions of duckdb.
            conn.create_function(  # type: ignore[call-overload]
                name, function, null_handling="special", exception_handling="default", side_effects=True
            )

    def check(self, manifest: str) -> str:
        """Answer the digest of the fact that was permitted. Raises NotPermitted, with the rules, for anything else."""
        answer = ask(str(manifest), self.agreement)
        if answer.exit_code != 0:
            raise NotPermitted(str(answer))
        fact: str = answer.fact
        return fact

    def hand_over(self, manifest: str, outbox: str) -> str:
        """Answer the names of the files that were put into `outbox`, one a line. Raises NotPermitted."""
        return "\n".join(hand_over(str(manifest), self.agreement, str(outbox)))
