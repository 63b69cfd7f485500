"""`heatwright sites` whole: the sites, their settings, their keys."""

from __future__ import annotations

from heatwright.cli import site_keys, site_settings, sites

__all__ = ["app"]

app = sites.app
app.command("set")(site_settings.set_site)
app.add_typer(site_keys.app, name="keys")
