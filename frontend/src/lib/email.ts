/** What can be an e-mail address to the bank. */
export const EMAIL = /^[^@\s]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/
