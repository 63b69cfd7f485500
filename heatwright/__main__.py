"""`python -m heatwright` is the same as `heatwright`."""

from heatwright.cli import main

main()
