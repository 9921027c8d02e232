import type { Plugin } from 'vite'

const APP = /<template id="app">[\s\S]*?<\/template>/
const TAGS = /[ \t]*<(?:link rel="(?:modulepreload|stylesheet)"[^>]*>|script type="module"[^>]*><\/script>)\n?/g

/**
 * Puts what Vite writes into the head (the app's script, its style and what they import) into index.html's `<template id="app">`:
 * nothing of it is needed for the first paint, and in the head it would hold that up.
 */
export function afterTheFrame(): Plugin {
  return {
    name: 'nyord-after-the-frame',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const tags = html.match(TAGS) ?? []
        if (!APP.test(html) || tags.length === 0) throw new Error('index.html has no <template id="app">, or Vite wrote no tags.')
        return html.replace(TAGS, '').replace(APP, `<template id="app">\n${tags.join('')}    </template>`)
      },
    },
  }
}
