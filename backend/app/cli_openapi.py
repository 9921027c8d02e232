"""`nyord openapi`: the API's own document, for what is generated from it."""

from __future__ import annotations

import json
import os

# Describing itself, the gateway asks nobody anything: these only have to look like what it insists on.
_PLACEHOLDERS = {
    "DATABASE_URL": "postgresql://nobody@/nowhere",
    "JWT_SECRET": "not a secret: nothing is signed with it here",
}


def document() -> str:
    """Return the OpenAPI document as JSON: the same text for the same API, whatever the environment says."""
    os.environ.update(_PLACEHOLDERS)
    os.environ.pop("JWT_ALGORITHM", None)
    from app.main import app

    return json.dumps(app.openapi(), indent=2, sort_keys=True, ensure_ascii=False)
