import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'
import { setLanguage } from '@/lib/i18n'

// All files of a thread share a window and their modules (vitest.config.ts): each test leaves them as they were.
afterEach(async () => {
  cleanup()
  localStorage.clear()
  await setLanguage('en')
})

// jsdom has no dialogs: enough of them that what is in one can be tested.
HTMLDialogElement.prototype.showModal = function () {
  this.setAttribute('open', '')
}
HTMLDialogElement.prototype.close = function () {
  this.removeAttribute('open')
}

// Nor does it scroll.
Element.prototype.scrollIntoView = () => undefined

// Nor lay out: nothing has a size that could change.
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
