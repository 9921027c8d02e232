export interface Claim {
  name: string
  use: 'text' | 'control'
  ground: string
  written: string
}
export function tokensOf(css: string, theme: 'light' | 'dark'): Map<string, string>
export function contrastClaims(css: string, theme: 'light' | 'dark'): Claim[]
export function contrast(first: string | undefined, second: string | undefined): number
export function rewritten(css: string): string
