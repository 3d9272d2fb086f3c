"""``python -m borderops``: the same door as the command ``borderops``."""

from borderops.cli import main

raise SystemExit(main())
