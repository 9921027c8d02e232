from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.web.serve import WebApp
from tests.web.conftest import INDEX, INLINE, NAVIGATION, SCRIPT, Ask, ask_app

ASSET = "/assets/app-1a2b.js"
OUTSIDE = [
    "/assets/../../secret.txt",
    "/../secret.txt",
    "/assets/../.built-from",
    "/.built-from",
    "//etc/passwd",
    "/assets//etc/passwd",
    "/assets/\x00",
    "/assets/app-1a2b.js\x00.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..\\..\\secret.txt",
    "/link.txt",
    "/way-out/secret.txt",
    "/assets",
    "/assets/",
    "/icon.svg/",
]


class TestPages:
    """S2: a browser's navigation gets the app, a program gets the API, at one address."""

    @pytest.mark.parametrize("path", ["/", "/accounts/me", "/admin/users", "/nowhere/at/all", "/transfer"])
    def test_a_navigation_gets_the_app(self, ask: Ask, path: str) -> None:
        answer = ask(path, accept=NAVIGATION)
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["vary"] == "Accept"
        assert answer.headers["cache-control"] == "no-store"
        assert b"/assets/app-1a2b.js" in answer.body

    def test_a_program_gets_json_at_the_same_address(self, ask: Ask) -> None:
        for headers in ({}, {"accept": "application/json"}, {"accept": "*/*"}):
            answer = ask("/accounts/me", **headers)
            assert answer.status == 401
            assert json.loads(answer.body)["code"]
            assert "Accept" in answer.headers["vary"]

    def test_only_reading_is_a_navigation(self, ask: Ask) -> None:
        assert ask("/transfer", "POST", accept=NAVIGATION).status == 404
        assert ask("/accounts/create", "DELETE", accept=NAVIGATION).status == 405

    def test_the_document_stays_a_document_in_a_browser(self, ask: Ask) -> None:
        assert "openapi" in json.loads(ask("/openapi.json", accept=NAVIGATION).body)

    def test_head_is_get_without_the_body(self, ask: Ask) -> None:
        head, get = (ask("/transfer", method, accept=NAVIGATION) for method in ("HEAD", "GET"))
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.body))


class TestPolicy:
    """Scripts and styles come from us alone, and a page can't be framed."""

    def test_it_names_the_page_s_script_by_its_hash_and_a_nonce_that_is_new_each_time(self, ask: Ask) -> None:
        script = f"'sha256-{base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()}'"
        seen = set()
        for _ in range(3):
            answer = ask("/", accept=NAVIGATION)
            found = re.search(rb'content="([\w-]{20,})"', answer.body)
            assert found is not None
            nonce = found[1].decode()
            seen.add(nonce)
            assert answer.headers["content-security-policy"] == (
                f"default-src 'self'; script-src 'self' {script}; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
                "font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
                "object-src 'none'; manifest-src 'self'; worker-src 'self'"
            )
            assert answer.body == INDEX.replace("__CSP_NONCE__", nonce).encode()
        assert len(seen) == 3

    def test_headers_of_pages_and_files(self, ask: Ask) -> None:
        for path in ("/", ASSET, "/icon.svg", "/assets/none.js"):
            assert ask(path, accept=NAVIGATION).headers["x-content-type-options"] == "nosniff"
        page = ask("/", accept=NAVIGATION).headers
        assert page["cross-origin-opener-policy"] == "same-origin"
        assert page["referrer-policy"] == "same-origin"
        assert "geolocation=()" in page["permissions-policy"]
        assert "strict-transport-security" not in page

    def test_behind_tls_browsers_are_told_to_stay_there(self, dist: Path) -> None:
        scope = {"method": "GET", "path": "/", "headers": []}
        reply = WebApp(dist, secure=True).reply_to(scope)
        assert reply is not None
        assert b"strict-transport-security" in dict(reply.headers)


class TestFiles:
    def test_a_hashed_file_is_kept_for_ever(self, ask: Ask) -> None:
        answer = ask(ASSET)
        assert (answer.status, answer.body) == (200, SCRIPT.encode())
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "etag" not in answer.headers

    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("GZIP", "gzip"),
            ("deflate", None),
        ],
    )
    def test_compressed_as_the_client_reads_it(self, ask: Ask, dist: Path, accepted: str, encoding: str | None) -> None:
        answer = ask(ASSET, accept_encoding=accepted)
        assert answer.headers.get("content-encoding") == encoding
        stored = dist / f"assets/app-1a2b.js{ {'br': '.br', 'gzip': '.gz', None: ''}[encoding] }"
        assert answer.body == stored.read_bytes()
        assert answer.headers["content-length"] == str(len(answer.body))

    def test_others_are_asked_after_and_answered_304(self, ask: Ask, dist: Path) -> None:
        first = ask("/manifest.webmanifest")
        assert first.headers["cache-control"] == "no-cache"
        assert first.headers["content-type"] == "application/manifest+json"
        again = ask("/manifest.webmanifest", if_none_match=f'W/"other", {first.headers["etag"]}')
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert ask("/manifest.webmanifest", if_none_match='"other"').status == 200

    def test_the_service_worker_may_serve_the_whole_origin_and_is_asked_after(self, ask: Ask) -> None:
        answer = ask("/sw.js")
        assert answer.headers["service-worker-allowed"] == "/"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-security-policy"] == "default-src 'self'"

    def test_head_has_the_length_and_no_body(self, ask: Ask) -> None:
        answer = ask(ASSET, "HEAD", accept_encoding="gzip")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["content-length"] == ask(ASSET, accept_encoding="gzip").headers["content-length"]

    def test_an_asset_of_an_earlier_build_is_404_and_never_the_page(self, ask: Ask) -> None:
        answer = ask("/assets/app-0000.js", accept=NAVIGATION)
        assert answer.status == 404
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["cache-control"] == "no-store"


class TestNothingElseOnTheDisk:
    """An address can name a file of the build, and nothing else."""

    @pytest.mark.parametrize("path", OUTSIDE)
    def test_a_program_gets_nothing(self, ask: Ask, path: str) -> None:
        answer = ask(path)
        assert answer.status in {404, 422}
        assert b"nobody" not in answer.body
        assert b"fingerprint" not in answer.body
        assert b"root:" not in answer.body

    @pytest.mark.parametrize("path", OUTSIDE)
    def test_a_browser_gets_the_app_or_nothing(self, ask: Ask, path: str) -> None:
        answer = ask(path, accept=NAVIGATION)
        assert answer.status == (404 if path.startswith("/assets/") else 200)
        assert b"nobody" not in answer.body


class TestANewBuild:
    """A build beside the running bank counts from the next page on."""

    def test_the_next_page_is_the_new_one(self, ask: Ask, dist: Path) -> None:
        assert ask(ASSET).status == 200
        new = dist.with_name("new")
        (new / "assets").mkdir(parents=True)
        (new / "index.html").write_text("the new one")
        (new / "assets" / "app-3c4d.js").write_text("new()")
        dist.rename(dist.with_name("old"))
        new.rename(dist)
        assert ask("/", accept=NAVIGATION).body == b"the new one"
        assert ask("/assets/app-3c4d.js").body == b"new()"
        assert ask(ASSET).status == 404

    def test_a_file_that_goes_while_it_is_asked_for_is_404(self, ask: Ask, dist: Path) -> None:
        (dist / "assets" / "app-1a2b.js").unlink()
        assert ask(ASSET).status == 404

    def test_an_app_that_is_built_later_is_found(
        self, tmp_path: Path, dist: Path, gateway: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = tmp_path / "later"
        monkeypatch.setattr(gateway, "web", WebApp(elsewhere))
        before = ask_app(gateway, "/", "GET", accept=NAVIGATION)
        assert before.status == 503
        assert b"./nyord web build" in before.body
        assert ask_app(gateway, "/accounts/me", "GET").status == 401, "the API answers all the same"
        shutil.copytree(dist, elsewhere, symlinks=True)
        assert ask_app(gateway, "/", "GET", accept=NAVIGATION).status == 200


class TestApiPage:
    """`/docs` works, and asks no third party for anything."""

    @pytest.fixture
    def swagger(self, dist: Path) -> None:
        (dist / "docs-assets").mkdir()
        (dist / "docs-assets" / "swagger-ui-bundle.js").write_text("SwaggerUIBundle = () => {}")
        (dist / "docs-assets" / "swagger-ui.css").write_text("")

    @pytest.mark.usefixtures("swagger")
    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    def test_it_is_ours_alone(self, ask: Ask, path: str) -> None:
        answer = ask(path, accept=NAVIGATION)
        assert answer.status == 200
        assert b"http" not in answer.body.replace(b"http-equiv", b"")
        policy = answer.headers["content-security-policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy)
        assert nonce is not None
        assert f'<script nonce="{nonce[1]}">SwaggerUIBundle'.encode() in answer.body
        for name in re.findall(rb'(?:src|href)="([^"]+)"', answer.body):
            assert ask(name.decode()).status == 200

    def test_without_its_files_it_says_so(self, ask: Ask) -> None:
        assert ask("/docs", accept=NAVIGATION).status == 503
