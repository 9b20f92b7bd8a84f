"""The command line of the stack: `python -m tools.stack up|down|status`."""

import argparse
import json
import sys
from pathlib import Path

from tools.stack.errors import StackError
from tools.stack.record import Record, read_record, stop_recorded
from tools.stack.stack import Stack

DATA = Path(__file__).parents[2] / ".stack"
EXAMPLES = """examples:
  python -m tools.stack up                        start Kafka and PostgreSQL, keep their data in .stack/
  python -m tools.stack up --data /var/tmp/other  a second stack beside the first
  python -m tools.stack status --json             endpoints and processes, for programs
  python -m tools.stack down                      stop them; the data stays
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.stack",
        description="Runs one Kafka and one PostgreSQL on free ports of this machine, until told to stop.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, help="start them in the background, stop them, say how they are")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where their data is kept (.stack/)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options.data.absolute(), options.json)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def up(data: Path, as_json: bool) -> int:
    record = read_record(data)
    living = record.living() if record else {}
    if record and len(living) == len(record.pids):
        print("already up", file=sys.stderr)
    else:
        if record and living:  # one of two is gone
            stop_recorded(record)
        Stack(data=data, detached=True).start()
        record = read_record(data)
        assert record is not None
    _print(record, as_json)
    return 0


def down(data: Path, as_json: bool) -> int:
    record = read_record(data)
    stopped = stop_recorded(record) if record else []
    print(json.dumps({"stopped": stopped}) if as_json else f"stopped: {', '.join(stopped) or 'nothing was up'}")
    return 0


def status(data: Path, as_json: bool) -> int:
    """Exit code 0 if every service is up, else 3, as for services of the system."""
    record = read_record(data)
    if record is None:
        print(json.dumps({"up": []}) if as_json else f"no stack is up in {data}")
        return 3
    _print(record, as_json)
    return 0 if len(record.living()) == len(record.pids) else 3


def _print(record: Record, as_json: bool) -> None:
    living = record.living()
    if as_json:
        print(json.dumps(record.as_json() | {"up": list(living)}))
        return
    for name, address in {"kafka": record.kafka, "postgres": record.postgres}.items():
        print(f"{name:<10}{'up' if name in living else 'down':<6}pid {record.pids[name]:<9}{address}")
    print(f"{'data':<10}{record.data}")


COMMANDS = {"up": up, "down": down, "status": status}

if __name__ == "__main__":
    sys.exit(main())
