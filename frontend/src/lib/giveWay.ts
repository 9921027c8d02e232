/** The browser's own scheduler, where it has one (Safari hasn't yet). */
const scheduler = (globalThis as { scheduler?: { yield?: () => Promise<void> } }).scheduler

/** Lets a touch, a key or a frame go first, and goes on right after it. Without a scheduler it goes on at once. */
export async function giveWay(): Promise<void> {
  await scheduler?.yield?.()
}
