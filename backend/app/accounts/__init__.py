"""The customer's product: an account is asked for, approved by the bank, and stands on a ledger account."""
