"""The bank on one machine with nothing installed: its data folder, its own PostgreSQL, and the supervisor of `nyord up`."""
