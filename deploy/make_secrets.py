"""Make the secrets of deploy/compose.yaml: `python3 deploy/make_secrets.py`. Once: where the folder exists, nothing is made."""

from __future__ import annotations

import secrets
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"


def main() -> None:
    """Make every file once; passwords and the addresses that hold them belong together, so it's all or nothing."""
    if FOLDER.exists():
        raise SystemExit(f"{FOLDER} exists: remove it first, and the engines' volumes with it, to have new secrets.")
    FOLDER.mkdir(mode=0o700)  # this is what keeps others on this machine out
    postgres, rabbitmq, redis = (secrets.token_urlsafe(24) for _ in range(3))
    files = {
        "postgres_password": postgres,
        "database_url": f"postgresql://nyord:{postgres}@postgres/nyord",
        "rabbitmq_conf": f"default_user = nyord\ndefault_pass = {rabbitmq}\ndefault_vhost = nyord\n",
        "rabbitmq_url": f"amqp://nyord:{rabbitmq}@rabbitmq/nyord",
        "redis_conf": f'requirepass {redis}\nsave ""\nmaxmemory 256mb\nmaxmemory-policy noeviction\n',
        "redis_url": f"redis://:{redis}@redis/0",
        "jwt_secret": secrets.token_hex(32),
    }
    for name, content in files.items():
        file = FOLDER / name
        file.write_text(content)
        file.chmod(0o644)  # whatever our umask is: in a container it is read by another user than ours


if __name__ == "__main__":
    main()
