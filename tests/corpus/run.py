"""Puts a verifier to the corpus: `python -m tests.corpus.run`, and ours if nothing else is said.

One's own: `--program "node mine.mjs"` if it speaks lines of JSON, `--service http://127.0.0.1:8000/me` if it is served.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable

from tests.corpus import entries, table
from tests.corpus.adapters import Program, Service
from tests.corpus.entries import Entry
from tests.corpus.maker import FIXED_NOW
from tests.corpus.runner import MALLORY, RIGHT, SKIPPED, Run, Verdict, Verifier
from tests.corpus.server import KeyServer

WORKERS = 8


def main() -> None:
    told = arguments()
    if told.peers:
        table.write({peer: verdicts_of(peer, told.peers) for peer in table.PEERS})
    else:
        sys.exit(not examine(told))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--program", help="a command that answers questions, one line of JSON each")
    parser.add_argument("--service", help="an address that only a good token may read")
    parser.add_argument("--port", type=int, default=0, help="where the keys are served")
    parser.add_argument("--algorithm", choices=("EdDSA", "ES256", "RS256"), default="EdDSA")
    parser.add_argument("--fixed", action="store_true", help="the committed tokens, for who takes the time from `now`")
    parser.add_argument("--all", action="store_true", help="list the entries that went well too")
    parser.add_argument("--peers", metavar="PYTHON", help="ask the peers and write the tables of docs/corpus.md")
    return parser.parse_args()


def examine(told: argparse.Namespace) -> bool:
    """Whether all is right; prints what is not."""
    is_ours = not (told.program or told.service)
    ours = table.PEERS[0].command(sys.executable)
    make = maker_of(told.service, ours if is_ours else shlex.split(told.program or ""))
    with KeyServer(told.port) as keys:
        if told.service:
            wait_for_service(keys, told.algorithm)
        choose = is_main if told.service else everything
        verdicts = run(make, keys, told.algorithm, is_fixed=told.fixed or is_ours, choose=choose)
    asked = [verdict for verdict in verdicts if verdict.outcome != SKIPPED]
    wrong = [verdict for verdict in asked if verdict.outcome != RIGHT]
    for verdict in asked if told.all else wrong:
        print(line(verdict))
    if verdicts[0] in wrong:
        print("Not even a plain token passes, so something is wrong with how it is asked.")
    print(f"{len(asked) - len(wrong)} of {len(asked)} are right, {len(verdicts) - len(asked)} were skipped.")
    return not wrong


def maker_of(service: str, command: list[str]) -> Callable[[], Verifier]:
    return lambda: Service(service) if service else Program(command)


def line(verdict: Verdict) -> str:
    entry = verdict.entry
    return f"{verdict.outcome:17} {entry.level:7} {entry.id:36} {entry.says} {' '.join(verdict.reasons)}"


def wait_for_service(keys: KeyServer, algorithm: str) -> None:
    issuer = entries.settings(algorithm)["main"]["issuer"]
    print(f"The service must trust {issuer}, as issuer and as audience, for {algorithm} alone,")
    input(f"with the keys at {keys.url_of('main')}. Press Enter when it runs.\n")


def everything(entry: Entry) -> bool:
    return True


def is_main(entry: Entry) -> bool:
    return entry.setting == "main"


def has_working_server(entry: Entry) -> bool:
    return bool(entry.setting) or entry.category == "key sets"


def verdicts_of(peer: table.Peer, python: str) -> list[Verdict]:
    print(f"Asking {peer.title} ...", flush=True)
    choose = everything if peer.fetches else has_working_server
    is_fixed = peer.name == table.OURS
    with KeyServer() as keys:
        verdicts = run(maker_of("", peer.command(python)), keys, peer.algorithm, is_fixed=is_fixed, choose=choose)
    if verdicts[0].outcome != RIGHT:
        sys.exit(f"{peer.name} takes no plain token, so something is wrong with how it is asked: {verdicts[0]}")
    return verdicts


def run(
    make: Callable[[], Verifier],
    keys: KeyServer,
    algorithm: str,
    *,
    is_fixed: bool,
    choose: Callable[[Entry], bool],
) -> list[Verdict]:
    """The committed tokens, or all of them signed now."""
    now = FIXED_NOW if is_fixed else None
    found = entries.read() if is_fixed else entries.made(int(time.time()), algorithm, mallory_url=keys.url_of(MALLORY))
    return Run(make, keys, now, algorithm).verdicts([entry for entry in found if choose(entry)], WORKERS)


if __name__ == "__main__":
    main()
