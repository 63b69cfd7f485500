"""Each mistake ends in one clear sentence, a next step and the right exit code."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run, shop_running

WRONG_USE, UNREADY = 2, 3


def sentence(stderr: str) -> str:
    """The one line that begins with `error:`; there must be no traceback around it."""
    assert "Traceback" not in stderr
    errors = [line for line in stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1, stderr
    return errors[0]


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def test_a_url_that_nothing_answers(run: Run, store: str) -> None:
    done = run("record", "http://127.0.0.1:9/", "--store", store)

    assert done.returncode == UNREADY
    assert "http://127.0.0.1:9/ does not answer" in sentence(done.stderr)
    assert "running" in done.stderr


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org", "file:///etc/passwd"])
def test_what_is_no_web_address(run: Run, store: str, url: str) -> None:
    done = run("record", url, "--store", store)

    assert done.returncode == WRONG_USE
    assert "is not a web address" in sentence(done.stderr)


def test_an_unknown_device(run: Run, store: str) -> None:
    done = run("record", "http://127.0.0.1:9/", "--device", "fridge", "--store", store)

    assert done.returncode == WRONG_USE
    assert "no device called 'fridge'" in sentence(done.stderr)
    assert "desktop, laptop, tablet, phone" in done.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("async def call(page): ...", "does not define `async def visit(page)`"),
        ("def visit(page): ...", "does not define `async def visit(page)`"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("async def visit(page)", "SyntaxError"),
    ],
)
def test_a_script_without_a_visit(
    run: Run, store: str, tmp_path: Path, script: str, said: str
) -> None:
    file = tmp_path / "visit.py"
    file.write_text(script)
    done = run("record", "http://127.0.0.1:9/", "--script", file, "--store", store)

    assert done.returncode == WRONG_USE
    assert said in sentence(done.stderr)


def test_a_visit_that_fails_keeps_what_was_recorded(run: Run, store: str, tmp_path: Path) -> None:
    file = tmp_path / "visit.py"
    file.write_text(
        "async def visit(page):\n"
        "    await page.locator('#hero-title').click()\n"
        "    raise RuntimeError('the coupon was refused')\n"
    )
    with shop_running() as url:
        done = run("record", f"{url}/", "--script", file, "--store", store)
    listed = run("sessions", "--store", store)

    assert done.returncode == WRONG_USE
    assert "RuntimeError: the coupon was refused" in sentence(done.stderr)
    assert done.stdout.strip() in listed.stdout


@pytest.mark.parametrize(
    "command",
    [("replay", "nobody"), ("replay", "latest"), ("heatmap", "/nowhere"), ("report", "/nowhere")],
)
def test_a_session_or_page_that_is_not_there(
    run: Run, store: str, command: tuple[str, ...]
) -> None:
    done = run(*command, "--store", store, "--out", Path(store.removeprefix("sqlite:///")).parent)

    assert done.returncode == WRONG_USE
    sentence(done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", "latest", "--at", "soon"),
        ("heatmap", "/", "--where", "colour = red"),
        ("heatmap", "/", "--backdrop", "latest"),
        ("heatmap", "/", "--kind", "sniff"),
        ("replay", "latest", "--width", "wide"),
        ("frobnicate",),
    ],
)
def test_arguments_that_make_no_sense(run: Run, store: str, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--store", store)

    assert done.returncode == WRONG_USE
    assert "Traceback" not in done.stderr


def test_a_store_from_a_newer_version(run: Run, store: str) -> None:
    assert run("sessions", "--store", store).returncode == 0
    with sqlite3.connect(store.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    database.close()
    done = run("sessions", "--store", store)

    assert done.returncode == UNREADY
    assert "newer" in sentence(done.stderr)


def test_a_file_that_is_no_store(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_text("not a database, but long enough to be mistaken for one" * 100)
    done = run("sessions", "--store", f"sqlite:///{file}")

    assert done.returncode == UNREADY
    sentence(done.stderr)


def test_a_chromium_that_is_not_there(run: Run, store: str) -> None:
    env = {**os.environ, "HEATWRIGHT_CHROMIUM": "/no/such/chromium"}
    done = run("record", "http://127.0.0.1:9/", "--store", store, env=env)

    assert done.returncode == UNREADY
    assert "/no/such/chromium" in sentence(done.stderr)
    assert "doctor" in done.stderr or "HEATWRIGHT_CHROMIUM" in done.stderr


def test_an_output_folder_that_is_a_file(run: Run, store: str, tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("")
    done = run("heatmap", "/", "--out", file, "--store", store)

    assert done.returncode == WRONG_USE
    assert "is not a folder" in sentence(done.stderr)


def test_a_folder_that_is_not_the_demo_s_is_not_cleared(run: Run, tmp_path: Path) -> None:
    """`heatwright demo` replaces its own earlier folder; it must never delete another."""
    precious = tmp_path / "thesis.tex"
    precious.write_text("years of work")
    done = run("demo", "--out", tmp_path)

    assert done.returncode == WRONG_USE
    assert precious.read_text() == "years of work"


def test_hostile_titles_cannot_write_to_the_terminal(run: Run, store: str, tmp_path: Path) -> None:
    """Cause: rich would pass on ANSI escapes and take `[red]` in a URL for its own markup."""
    file = tmp_path / "visit.py"
    file.write_text(
        "async def visit(page):\n"
        "    await page.evaluate(\"history.pushState({}, '', '/[red]%1b[2J')\")\n"
    )
    with shop_running() as url:
        run("record", f"{url}/", "--script", file, "--store", store)
    listed = run("sessions", "--store", store)

    assert listed.returncode == 0, listed.stderr
    assert "\x1b[2J" not in listed.stdout
    assert "[red]" in listed.stdout
