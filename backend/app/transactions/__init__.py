"""What the customer sees of money: transfers, deposits, withdrawals, refunds, and the reviews that hold some of them.

The main road: `router` → `accept` (group commit) → outbox → `consumers` → ledger → outbox. Reviews and refunds are decided
by people and happen at once, in `reviews` and `requests`.
"""
