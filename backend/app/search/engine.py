"""The search engine of this process: Elasticsearch where `SEARCH_URL` names one, else the one in a folder."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from app.config import Settings, get_settings
from app.search.port import SearchIndex


def search_engine() -> SearchIndex:
    """Return the engine that the settings name, made on first use."""
    settings = get_settings()
    if settings.search_url:
        return _elastic(settings.search_url, settings.search_prefix)
    return _embedded(index_folder(settings))


# The libraries are large, so only the one in use is loaded.


@lru_cache(maxsize=1)
def _elastic(url: str, prefix: str) -> SearchIndex:
    from app.search.elastic import ElasticSearch  # noqa: PLC0415

    return ElasticSearch(url, prefix=prefix)


@lru_cache(maxsize=1)
def _embedded(folder: Path) -> SearchIndex:
    from app.search.embedded import EmbeddedSearch  # noqa: PLC0415

    return EmbeddedSearch(folder)


def forget_search_engines() -> None:
    """Let go of the engines, so that another process may write (and tests may begin anew)."""
    _elastic.cache_clear()
    _embedded.cache_clear()


def index_folder(settings: Settings) -> Path:
    """Return where the embedded indexes are: with the bank's data, or, for a database of yours, a folder named after it.

    The password isn't part of the name: changing it doesn't lose the index.
    """
    if settings.search_folder:
        return Path(settings.search_folder)
    if settings.nyord_data:
        return Path(settings.nyord_data) / "search"
    address = urlsplit(settings.libpq_url)
    hosts = address.netloc.rpartition("@")[2]
    where = hosts if "," in hosts else f"{address.hostname}:{address.port}"
    whose = f"{where}{address.path}?{address.query}"
    return Path.home() / ".cache" / "nyord" / f"search-{hashlib.sha256(whose.encode()).hexdigest()[:12]}"
