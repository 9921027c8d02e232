"""`/docs`: Swagger UI, served by ourselves. FastAPI's own page would load it from a third party's server."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Final

_FOLDER: Final = "docs-assets"
_FILES: Final = ("swagger-ui-bundle.js", "swagger-ui.css")

SCRIPT_PATH: Final = f"/{_FOLDER}/swagger-ui-bundle.js"
STYLE_PATH: Final = f"/{_FOLDER}/swagger-ui.css"

# Swagger UI sets no inline style by attribute text and loads nothing but our document; its icons are data: pictures.
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_OPTIONS: Final = {
    "url": "/openapi.json",
    "dom_id": "#swagger-ui",
    "deepLinking": True,
    "validatorUrl": None,  # the default sends the document's address to a third party
    "persistAuthorization": False,  # a token pasted here isn't kept in the browser
}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nyord API</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main id="swagger-ui"></main>
<script src="{script}"></script>
<script nonce="{nonce}">SwaggerUIBundle({options})</script>
</body>
</html>
"""


def add_swagger(node_modules: Path, dist: Path) -> None:
    """Put Swagger UI beside the built app, compressed, if the app's packages bring it."""
    package = node_modules / "swagger-ui-dist"
    if not package.is_dir():
        return
    folder = dist / _FOLDER
    folder.mkdir(exist_ok=True)
    for name in _FILES:
        shutil.copyfile(package / name, folder / name)
        (folder / f"{name}.gz").write_bytes(gzip.compress((package / name).read_bytes(), 9, mtime=0))


def api_page(nonce: str) -> bytes:
    """Return the page at `/docs`."""
    return _PAGE.format(style=STYLE_PATH, script=SCRIPT_PATH, nonce=nonce, options=json.dumps(_OPTIONS)).encode()
