/** How good a password is, by the bank's own rule (length, and not what everybody tries first); no rules of composition. */

export const PASSWORD_LENGTH_MIN = 12

export type PasswordStrength = 'empty' | 'short' | 'weak' | 'fair' | 'strong'

/** What everybody tries first, with or without digits around it; the bank's own list is longer. */
const COMMON = /^[\W\d_]*(pass(word|code|phrase)?|qwerty(uiop)?|asdfghjkl|letmein|welcome|admin(istrator)?|iloveyou|secret|india|bharat|cricket|nyord|bank(ing)?)+[\W\d_]*$/

/** Judges while it is typed; the bank decides on submit. `own` are the person's own names, which guessers try first. */
export function passwordStrength(password: string, own: readonly string[] = []): PasswordStrength {
  if (password === '') return 'empty'
  if (password.length < PASSWORD_LENGTH_MIN) return 'short'
  const lower = password.toLowerCase()
  const rest = own.filter((name) => name.length >= 3).reduce((text, name) => text.replaceAll(name.toLowerCase(), ''), lower)
  const distinct = new Set(rest).size
  if (rest.length < 8 || distinct < 6 || COMMON.test(lower) || /^(.{1,4})\1+$/.test(rest)) return 'weak'
  return rest.length >= 16 && distinct >= 10 ? 'strong' : 'fair'
}
