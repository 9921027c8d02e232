export default {
  title: 'Search',
  label: 'Go to a page, a person or a payment',
  hint: 'A page, a name, a note, an amount',
  found: { one: '1 found', other: '{count} found' },
  searching: 'Looking',
  pages: 'Pages',
  people: 'People',
  payments: 'Payments',
  payIn: 'Pay in',
  takeOut: 'Take out',
  sendTo: 'Send money to {username}',
} as const
