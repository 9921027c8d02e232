/** What the controls say that ask for something; apart from `common`, which every page needs. */
export default {
  removeFilter: 'Remove filter: {name}',
  showPassword: 'Show password',
  passwordEmpty: 'Twelve characters or more. Four words are easy to remember.',
  passwordShort: 'Too short: twelve characters or more.',
  passwordWeak: 'Easy to guess: add words that have nothing to do with you.',
  passwordFair: 'Good.',
  passwordStrong: 'Very good.',
  reason: 'Reason',
  reasonOptional: 'Reason (optional)',
  reasonHint: 'Kept with the record; the customer may see it.',
  reasonMissing: 'Say why, in a few words.',
  dates: 'Dates',
  from: 'From',
  to: 'To',
  datesReversed: 'The end lies before the beginning.',
  stepOf: 'Step {step} of {count}: {name}',
} as const
