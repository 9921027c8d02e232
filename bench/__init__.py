"""Measured, not hoped: `nyord bench`. Every rate stands beside pgbench's TPC-B on the same server in the same minute."""
