"""Enquiries: looking things up. Everything here is found in search indexes, which are made from events.

PostgreSQL stays the truth: an index is built from it (`rebuild.py`), compared with it (`drift.py`), and where search is
away or behind, the answer comes from it, marked `degraded` (`fallback.py`).
"""
