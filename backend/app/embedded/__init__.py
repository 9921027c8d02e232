"""The bank on one machine with nothing installed: data folder, PostgreSQL, and the supervisor of `nyord up`."""
