/** Move the focus to the page's title: for a button that takes itself away, so that the keyboard doesn't start again at the top. */
export function focusTitle(): void {
  document.querySelector<HTMLElement>('[data-page-title]')?.focus()
}
