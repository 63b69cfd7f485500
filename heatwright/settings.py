"""Settings: what the command line takes from the environment when it is not told.

Command line > environment (`HEATWRIGHT_STORE`, `HEATWRIGHT_BLOBS`) > default.
"""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from recorder.store import DEFAULT_URL

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Defaults for options that most commands share.

    `store` is an SQLAlchemy URL; `blobs` where its large bodies go, None for wherever the store
    has them; `out` the folder that pictures and reports go to.
    """

    model_config = SettingsConfigDict(env_prefix="HEATWRIGHT_", extra="ignore")

    store: str = DEFAULT_URL
    blobs: str | None = None
    out: Path = Path("heatwright-out")
