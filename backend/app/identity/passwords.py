"""Passwords: which ones are accepted, how they are kept, how they are compared. No database here.

Argon2id with OWASP's smallest recommended cost (19 MiB, two passes): about 17 ms. No rules of composition; length, and
a look at what everybody tries first (NIST SP 800-63B).
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.identity.errors import WeakPassword

LENGTH_MIN = 12
LENGTH_MAX = 128  # hashing costs time; nobody types more
OWN_CHARACTERS_MIN = 8  # what must be left of a password without its owner's name
HASHES_AT_ONCE_MAX = 4  # 19 MiB each, and no more processors than that to do them on
BCRYPT_BYTES_MAX = 72  # bcrypt never looked further, so neither does the check of an old hash

_argon2 = Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashers = PasswordHash((_argon2, BcryptHasher()))
_at_once = threading.BoundedSemaphore(HASHES_AT_ONCE_MAX)

# Twelve characters and more make most lists of leaked passwords harmless; these words, with digits around them, are
# what is left of them.
_COMMON_WORDS = """
    password passcode passphrase pass letmein welcome admin administrator root login master secret qwerty qwertyuiop
    qwertyuiopasdfghjkl asdfghjkl zxcvbnm qazwsx qazwsxedc iloveyou sunshine princess dragon monkey football baseball
    basketball superman batman trustno changeme default guest user test testing computer internet unbelievable
    india bharat hindustan cricket sachin krishna ganesh hanuman jaishreeram jaihind mumbai delhi bangalore money
    bank banking nyord account rupees
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LEET = str.maketrans("01345@$!7", "oleasasit")
_DECORATION = re.compile(r"^[\W\d_]+|[\W\d_]+$")  # digits and signs before and behind a word
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm")
_REPETITION = re.compile(r"(.+?)\1+", re.DOTALL)  # at most LENGTH_MAX characters ever get here


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password."""
    with _at_once:
        return _hashers.hash(password)


def matches(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """Return whether the password is the hashed one and, if the hash is of an older kind (bcrypt), a new one to keep.

    Without a hash (no such user, or one who can't sign in with a password) it takes the same time and the answer is no.
    """
    known = hashed is not None and any(hasher.identify(hashed) for hasher in _hashers.hashers)
    against = hashed if hashed is not None and known else _of_nobody()
    is_bcrypt = against.startswith("$2")
    given = password.encode()[:BCRYPT_BYTES_MAX] if is_bcrypt else password
    with _at_once:
        right = _hashers.verify(given, against) and known
        outdated = right and (is_bcrypt or _argon2.check_needs_rehash(against))
        return right, _hashers.hash(password) if outdated else None


def check_strength(password: str, *, username: str, email: str, field: str = "password") -> None:
    """Make sure that a new password, which came in this field, isn't among the first that anybody would try.

    Raises:
        WeakPassword: too short or long, a common word with digits, a sequence, a repetition, or little but the name.
    """
    if weakness := _weakness(password, username, email):
        raise WeakPassword(weakness).about(field)


def _weakness(password: str, username: str, email: str) -> str | None:
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        return f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters. A few words make a good one."
    plain = password.lower()
    if _is_common(plain):
        return "This password is one of the first that would be tried. A few unrelated words are better."
    own = plain
    for name in (email.lower(), *re.split(r"[@.]", email.lower()), username.lower(), "nyord"):
        if len(name) > 3:  # a shorter part says too little to be held against a password
            own = own.replace(name, "")
    if len(own) < OWN_CHARACTERS_MIN:
        return "This password is little more than your name. A few unrelated words are better."
    return None


def _is_common(plain: str) -> bool:
    if any(plain in sequence for sequence in _SEQUENCES):
        return True
    repeated = _REPETITION.fullmatch(plain)
    core = repeated.group(1) if repeated else plain
    if repeated and len(core) < OWN_CHARACTERS_MIN:
        return True
    word = _DECORATION.sub("", core)
    return word == "" or word in _COMMON or _DECORATION.sub("", word.translate(_LEET)) in _COMMON


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _hashers.hash("the password of somebody who doesn't exist")
