// The service worker: it keeps the app's own shell (hashed files and the page that loads them) so that the bank can say
// "you are offline" in its own words, and answers who taps a notification. It never stores an answer of the API: money shown
// must be money just read.

const VERSION = 'nyord-__VERSION__'
const FILES = __FILES__

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

// A new version waits until every tab of the old one is closed, unless the person asks for it.
self.addEventListener('message', (event) => {
  if (event.data === 'use-now') self.skipWaiting()
})

// A notification that was tapped brings the app to the front as it was left, or opens it where notifications are.
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(
    self.clients
      .matchAll({ type: 'window' })
      .then(([tab]) => (tab === undefined ? self.clients.openWindow('/notifications') : tab.focus())),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    // The network first: a fresh page carries a fresh security policy. The kept one only when there is no network.
    event.respondWith(fetch(request).catch(() => caches.match('/', { cacheName: VERSION })))
  } else if (url.pathname.startsWith('/assets/')) {
    event.respondWith(caches.match(request, { cacheName: VERSION }).then((kept) => kept ?? fetch(request)))
  }
})
