"""Elasticsearch's client for an address, options about TLS included, which the client itself would leave out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from elasticsearch import Elasticsearch

from app.core.tls import tls_of


def elastic_client(url: str, **arguments: Any) -> Elasticsearch:
    """Return a client for this `http[s]://user:password@host:port/path?options`, with the client's other arguments.

    Raises:
        ValueError: the address can't be read, or has an option that is none, or that is for `https://`.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = tls_of(options)
    if options and parts.scheme != "https":
        raise ValueError("its options are for https://")
    if parts.scheme == "https":
        arguments |= {
            "ca_certs": tls.ca_certs,
            "client_cert": tls.certfile,
            "client_key": tls.keyfile,
            "verify_certs": tls.is_verified,
            "ssl_assert_hostname": None if tls.is_named else False,
        }
    return Elasticsearch(parts._replace(query="").geturl(), **arguments)
