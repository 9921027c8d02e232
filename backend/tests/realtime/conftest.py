from tests.cache.conftest import impatient, own_redis  # noqa: F401  (fixtures)
