"""Search: one small port, two engines behind it. Knows documents and fields, and no bank.

An index is a projection of PostgreSQL: it may be lost at any moment and is built anew. `port.py` says what an engine can
do, `embedded.py` (tantivy, in a folder) and `elastic.py` (Elasticsearch, by `SEARCH_URL`) do it, and answer alike:
words are cut by us (`words.py`), instants are numbers, and every order is total, so an engine has nothing to decide.
"""
