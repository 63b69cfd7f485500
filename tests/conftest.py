"""What every test relies on: a clean environment and one way of generating examples."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy two-core machine makes any example slow now and then; that is no finding.
settings.register_profile(
    "heatwright", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("heatwright")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout's top folder."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    """A developer's own settings must not decide a test; which browser to use may stay."""
    for name in [name for name in os.environ if name.startswith("HEATWRIGHT_")]:
        if name not in ("HEATWRIGHT_CHROMIUM", "HEATWRIGHT_FIREFOX", "HEATWRIGHT_POSTGRES"):
            del os.environ[name]
