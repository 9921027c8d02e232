"""Who did what, and what became of every rupee: append-only, written from events."""
