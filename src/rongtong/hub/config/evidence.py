"""The evidence log on the command line: verify a file, be a witness, watch a log. No database is needed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rongtong.hub.config.commands import NOTHING, CommandFailed, Commands, UsageError

if TYPE_CHECKING:
    from rongtong.engines.translog import Policy, Resources, Verifier


def register(commands: Commands) -> None:
    parser = commands.add(
        "verify",
        verify,
        help="check an evidence file offline: entry, log, witnesses, timestamp",
        example="rongtong verify evidence.json --policy policy.txt --anchors authority.pem --document contract.pdf",
        need=NOTHING,
    )
    parser.add_argument("evidence", type=Path)
    parser.add_argument(
        "--policy", type=Path, required=True, help="the logs and witnesses you trust (C2SP tlog-policy)"
    )
    parser.add_argument("--anchors", type=Path, help="certificates (PEM) on which timestamps may rest")
    parser.add_argument("--document", type=Path, help="the document the evidence is for")
    parser.add_argument(
        "--ignore-unknown", action="store_true", help="pass over signatures of keys that the policy does not name"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    _register_witness(commands)
    _register_monitor(commands)


def _register_witness(commands: Commands) -> None:
    parser = commands.add(
        "witness",
        witness,
        help="watch logs for their keepers: cosign each checkpoint that continues the last one",
        example="rongtong witness ./witness --name witness.example --log 'example.com/log+0123abcd+AR…' --port 8200",
        need=NOTHING,
    )
    parser.add_argument("home", type=Path, help="folder of the witness's key and memory; made at the first start")
    parser.add_argument("--name", help="name of a new witness: an address without scheme")
    parser.add_argument("--log", action="append", default=[], metavar="KEY", help="key of a log to watch (repeat)")
    parser.add_argument(
        "--succession", action="append", default=[], type=Path, help="a note by which a log's key changed"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--show", action="store_true", help="print the witness's key and end")


def _register_monitor(commands: Commands) -> None:
    parser = commands.add(
        "monitor",
        monitor,
        help="read a whole log again and say whether it continues what it was",
        example="rongtong monitor https://example.com/log/ --log 'example.com/log+0123abcd+AR…' --memory ./log.seen",
        need=NOTHING,
    )
    parser.add_argument("place", help="address or folder of the log")
    parser.add_argument("--log", action="append", required=True, metavar="KEY", help="key of the log (repeat)")
    parser.add_argument("--memory", type=Path, help="file that keeps the last good checkpoint")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def verify(arguments: argparse.Namespace) -> int:
    from rongtong.engines.translog import Anchors, Malformed, Policy, verify_evidence

    try:
        policy: Policy = Policy.parse(_read(arguments.policy))
        anchors = Anchors.from_pem(_read(arguments.anchors)) if arguments.anchors else None
    except Malformed as error:
        raise UsageError(str(error)) from error
    document = _read(arguments.document) if arguments.document else None
    evidence = _read(arguments.evidence)
    verdict = verify_evidence(evidence, policy, anchors, document, ignore_unknown=arguments.ignore_unknown)
    print(json.dumps(verdict.to_dict(), ensure_ascii=False) if arguments.json else verdict)
    return 0 if verdict.good else 1


def witness(arguments: argparse.Namespace) -> None:
    from rongtong.engines.translog import SignatureInvalid, StoreDamaged, Witness, serve, witness_application

    logs = _keys(arguments.log)
    try:
        if not (arguments.home / "key").exists():
            if not arguments.name:
                raise UsageError(f"{arguments.home} is no witness yet: give the new one a --name")
            Witness.create(arguments.home, arguments.name)
        own = Witness(arguments.home, logs)
        for path in arguments.succession:
            own.accept_succession(_read(path).decode())
    except (StoreDamaged, SignatureInvalid, OSError) as error:
        raise CommandFailed(str(error)) from error
    own.close()  # what serves has connections of its own
    print(own.verifier, flush=True)
    if arguments.show:
        return
    if not logs:
        raise UsageError("a witness watches at least one --log")
    serve(witness_application(own), arguments.host, arguments.port)


def monitor(arguments: argparse.Namespace) -> int:
    from rongtong.engines.translog import Checkpoint, Malformed, audit

    previous = None
    if arguments.memory and arguments.memory.exists():
        try:
            previous = Checkpoint.parse(_read(arguments.memory).decode())
        except Malformed as error:
            raise UsageError(f"{arguments.memory}: {error}") from error
    found = audit(_resources(arguments.place), _keys(arguments.log), previous)
    if arguments.json:
        findings = [{"name": one.name, "told": one.told} for one in found.findings]
        print(json.dumps({"good": found.good, "entries": found.entries, "findings": findings}, ensure_ascii=False))
    else:
        for one in found.findings:
            print(f"{one.name}: {one.told}", file=sys.stderr)
        print(f"{found.entries:,} entries, {found.tiles:,} tiles, {len(found.findings)} findings")
    if found.good and found.checkpoint and arguments.memory:
        new = arguments.memory.with_name(arguments.memory.name + ".new")
        new.write_text(found.checkpoint.text, encoding="utf-8")
        new.replace(arguments.memory)
    return 0 if found.good else 1


def _resources(place: str) -> Resources:
    from rongtong.engines.translog import FileStore, HttpResources

    if place.startswith(("http://", "https://")):
        return HttpResources(place)
    if not Path(place).is_dir():
        raise UsageError(f"{place} is neither an address nor a folder")
    return FileStore(Path(place))


def _keys(lines: list[str]) -> list[Verifier]:
    from rongtong.engines.translog import Malformed, Verifier

    try:
        return [Verifier.parse(line) for line in lines]
    except Malformed as error:
        raise UsageError(str(error)) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
