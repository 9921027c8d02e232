"""What the tests need of the machine, brought before them: the engines' programs, and a Chromium.

Each test that needs one would bring it, too, while the others wait for it; here it is one installation, beside the checks. What
can't be had isn't a failure yet: its tests say so, and in continuous integration fail.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from app.engines import control, install
from app.engines.errors import EngineError
from app.engines.folder import Room
from tests.browser import chromium


def bring() -> None:
    """Install everything that is missing, as far as it can be had here."""
    with tempfile.TemporaryDirectory() as folder:
        engines = [engine(Room(Path(folder), name), print) for name, engine in control.ENGINES.items()]
        missing = [package for engine in engines for package in engine.missing_packages()] + chromium.missing_packages()
        with suppress(EngineError):
            if missing:
                install.packages(missing, print)
        # Elasticsearch is more than packages, and one that apt doesn't know shouldn't cost us the others.
        for engine in engines:
            with suppress(EngineError):
                engine.require_programs()
    chromium.find_chromium()


if __name__ == "__main__":
    bring()
