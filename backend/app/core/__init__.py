"""Words that every room shares and that know nothing of a bank: money, time, errors, cursors, masking."""
