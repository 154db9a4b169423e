"""``set_flag.py NAME VALUE``: set one of the team's flags; the file is named by DELAY_FLAGS."""

import json
import os
import sys
from pathlib import Path

import team_flags


def main(arguments: list[str]) -> int:
    """0 when it is set, 2 where it cannot be."""
    path = os.environ.get("DELAY_FLAGS", "")
    if len(arguments) != 2 or not path:
        print("usage: DELAY_FLAGS=FILE set_flag.py NAME VALUE", file=sys.stderr)
        return 2
    name, text = arguments
    try:
        value = json.loads(text) if team_flags.FLAGS[name] is None else text
        before = team_flags.change(Path(path), name, value)
    except KeyError:
        print(f"there is no flag {name!r}; there are: {', '.join(team_flags.FLAGS)}", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps({"flag": name, "value": value, "previous": before}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
