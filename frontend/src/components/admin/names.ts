/** What somebody is called: the full name, or else the username. */
export function nameOf({ full_name: fullName, username }: { full_name: string; username: string }): string {
  return fullName || username
}

/** "•••• 4821": enough of an account's number to tell it from another. */
export function shortNumber(accountNumber: string): string {
  return `•••• ${accountNumber.slice(-4)}`
}
