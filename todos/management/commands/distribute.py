from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from todos.distribution import catalog, citus, partitions, probes
from todos.models import Account

MAX_PARTITIONS = 1024
# Moving the rows takes as long as it takes; what waits for the tables is stopped meanwhile.
WITHOUT_LIMITS = ("SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = 0")


class Command(BaseCommand):
    help = (
        "Spreads the owned tables by owner: over partitions of this PostgreSQL, or over the workers of a Citus "
        "cluster. Stop the service before, and make a backup. Running it twice does no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--partitions", type=int, metavar="N", help="into so many partitions of plain PostgreSQL")
        kind.add_argument("--citus", action="store_true", help="over the workers of a Citus cluster")
        parser.add_argument("--print", action="store_true", help="show the SQL and do nothing")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS)

    def handle(self, *args: object, **options: object) -> None:
        connection = connections[str(options["database"])]
        self.refuse(connection)
        count, is_dry = options["partitions"], bool(options["print"])
        if isinstance(count, int):
            statements = self.for_partitions(connection, count)
        else:
            statements = self.for_citus(connection, is_dry)
        if is_dry:
            self.show(list(statements))
            return
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)
        with transaction.atomic(using=connection.alias):
            self.prove(connection, is_for_citus=bool(options["citus"]))

    def show(self, statements: Sequence[str]) -> None:
        """As a script, which has to be one transaction too: SET LOCAL does nothing outside of one."""
        for sql in ("BEGIN", *statements, "COMMIT") if statements else ():
            self.stdout.write(f"{sql};")

    def refuse(self, connection: BaseDatabaseWrapper) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has partitions and workers.")
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(f"{len(plan)} migrations are not applied. Run `manage.py migrate` first.")

    def for_partitions(self, connection: BaseDatabaseWrapper, count: int) -> Iterator[str]:
        if not 2 <= count <= MAX_PARTITIONS:
            raise CommandError(f"Take 2 to {MAX_PARTITIONS} partitions.")
        tables = catalog.owned_tables(connection)
        counts = {table.partitions for table in tables}
        if others := counts - {0, count}:
            raise CommandError(f"There are {max(others)} partitions, and their number can't be changed here.")
        if 0 not in counts:
            self.stdout.write("The owned tables are partitioned already.")
            return
        yield from WITHOUT_LIMITS
        yield from partitions.statements(tables, count)

    def for_citus(self, connection: BaseDatabaseWrapper, is_dry: bool) -> Iterator[str]:
        tables = catalog.owned_tables(connection)
        if any(table.partitions for table in tables):
            raise CommandError("The owned tables are partitioned; Citus makes shards of plain tables.")
        if not is_dry:
            if fault := citus.fault(connection):
                raise CommandError(fault)
            if citus.distributed(connection)[0]:
                self.stdout.write("The owned tables are distributed already.")
                return
        yield from WITHOUT_LIMITS
        yield from citus.statements(tables)

    def prove(self, connection: BaseDatabaseWrapper, *, is_for_citus: bool) -> None:
        """Whether what belongs together lies together, and each statement goes to one place."""
        if is_for_citus and citus.distributed(connection) != (len(catalog.OWNED_TABLES), 1):
            raise CommandError("The owned tables do not lie together: see colocationid in pg_dist_partition.")
        owner = Account.objects.using(connection.alias).order_by("pk").values_list("pk", flat=True).first() or 1
        found = dict(probes.explained(connection, owner))
        if strays := [f"{name} ({places})" for name, places in found.items() if places != 1]:
            raise CommandError(f"These statements go to several places: {', '.join(strays)}.")
        self.stdout.write(f"{len(found)} statements explained: each goes to one place.")
