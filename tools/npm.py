"""npm without a Node on the machine: `python tools/npm.py ci` runs it in the project's root.

`python tools/npm.py exec tsc -- --noEmit` and every other npm command work too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the build hook beside us already knows where Node is

from hatch_build import BundleError, npm  # noqa: E402 - needs the path above


def main() -> int:
    """Run npm with our arguments; returns 1 when it fails, after it has said why."""
    try:
        npm(sys.argv[1:], ROOT, echo=True)
    except (BundleError, subprocess.TimeoutExpired) as error:
        print(f"npm: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
