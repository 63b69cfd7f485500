"""Options that several commands share, defined once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from heatwright.settings import Settings
from recorder.devices import DEVICES, Device, bare_width
from recorder.errors import WrongUse
from recorder.store import Store
from replay import Theatre

__all__ = [
    "BlobsOption",
    "DeviceOption",
    "HideOption",
    "JsonOption",
    "OutOption",
    "StoreOption",
    "WidthOption",
    "chosen_devices",
    "device_words",
    "devices_for",
    "open_store",
    "out_folder",
    "refuse_equal_widths",
    "repeated",
]

StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="Where recordings are kept (SQLAlchemy URL)."),
]
BlobsOption = Annotated[
    str | None,
    typer.Option(
        "--blobs",
        metavar="URL",
        help="Where large bodies go: file:///FOLDER or s3://BUCKET/PREFIX; "
        "the store remembers it. Else they are in the store.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for what is written.")
]
DeviceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        metavar="NAME",
        help=f"{', '.join(DEVICES)}, or a name of Playwright's registry; may be repeated.",
    ),
]
HideOption = Annotated[
    list[str] | None,
    typer.Option("--hide", metavar="SELECTOR", help="Leave out of pictures; may be repeated."),
]
WidthOption = Annotated[
    list[int] | None,
    typer.Option(
        "--width", metavar="W", min=50, max=10_000, help="A plain window this wide (CSS px)."
    ),
]


@contextmanager
def open_store(url: str | None, blobs: str | None = None) -> Iterator[Store]:
    """The store a command works on. Raises StoreUnavailable, StoreTooNew, or WrongUse."""
    settings = Settings()
    with Store.open(url or settings.store, blobs=blobs or settings.blobs) as store:
        yield store


def out_folder(out: Path | None) -> Path:
    """The folder to write to; whoever writes first makes it. Raises WrongUse if it is a file."""
    folder = out or Settings().out
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is not a folder.", "Give another with --out.")
    return folder


def chosen_devices(
    theatre: Theatre, names: list[str] | None, widths: list[int] | None
) -> list[Device]:
    """The devices asked for, each once, in the order given. Raises UnknownDevice."""
    asked = [theatre.device(name) for name in names or []]
    asked += [bare_width(width) for width in widths or []]
    return list(dict.fromkeys(asked))


def devices_for(
    theatre: Theatre, names: list[str] | None, widths: list[int] | None
) -> list[Device]:
    """The devices asked for; our own four if none was."""
    return chosen_devices(theatre, names, widths) or list(DEVICES.values())


def repeated(option: str, values: Iterable[str]) -> list[str]:
    """The words of `option`, given once for each value."""
    return [word for value in values for word in (option, value)]


def device_words(asked: tuple[list[str] | None, list[int] | None]) -> list[str]:
    """The words of a command line that ask for these devices and widths."""
    names, widths = asked
    return repeated("--device", names or []) + repeated("--width", map(str, widths or []))


def refuse_equal_widths(devices: list[Device], option: str) -> None:
    """Raises WrongUse if two devices are equally wide: what `option` writes is told by width."""
    first: dict[int, Device] = {}
    for device in devices:
        other = first.setdefault(device.width, device)
        if other != device:
            raise WrongUse(
                f"{other.label} and {device.label} are both {device.width} px wide, and what "
                f"{option} writes is told apart by width.",
                f"Ask for one of them at a time, or leave {option} out.",
            )
