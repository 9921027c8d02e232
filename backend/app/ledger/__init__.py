"""What money is: ledger accounts, movements between them, holds, and the seal over it all. No HTTP, no events.

Read in this order: `models`, `decide` (pure), `engine` (the set-based settlement), `accounts`, `history`, `seal`,
`verify` (with `books` and `chain`, what it checks).
"""
