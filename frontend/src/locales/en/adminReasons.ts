/**
 * What staff read of a payment's steps and of why it failed, by the bank's codes. The customer's words are the bank's own
 * (`reason_text`); a test compares the codes (tests/transactions/test_sentences.py).
 */
export default {
  accepted: 'Accepted.',
  held: 'Held for a review.',
  moved: 'The money has moved.',
  given_back: 'Given back.',
  not_carried_out: 'Not carried out.',
  insufficient_funds: "The payer's account didn't have enough available.",
  account_not_found: "One of the accounts doesn't exist.",
  account_frozen: "One of the accounts can't be used at the moment.",
  account_closed: 'One of the accounts is closed.',
  same_account: 'Both sides are the same account.',
  currency_mismatch: 'The accounts have different currencies.',
  amount_not_positive: 'The amount was not above zero.',
  amount_too_large: 'The amount is more than the account can hold.',
  no_such_hold: 'Nothing was reserved for it.',
  kyc_required: "The amount needs a confirmed identity, and the customer's isn't.",
  too_many_reviews: 'The customer already had as many payments under review as may wait at once.',
  rejected_by_bank: 'Staff reviewed it and rejected it.',
  given_up: "It couldn't be carried out, and staff gave it up.",
  review_expired: 'Nobody decided in time; what was reserved is free again.',
} as const
