"""Heatwright: record visits to a web page, replay them at any width, paint heat that stays put."""

__all__ = ["__version__"]

__version__ = "0.1.0"
