/** The key that the page calls the admin API with. It stays in this browser: for the session, or for longer if its owner says so. */

import { signal } from '@preact/signals'

const name = 'tapline.key'

/** Undefined where none was given; on loopback without a master key, none is needed. */
export const key = signal(sessionStorage.getItem(name) ?? localStorage.getItem(name) ?? undefined)

export function keepKey(given: string, remembered: boolean): void {
  forgetKey()
  const storage = remembered ? localStorage : sessionStorage
  storage.setItem(name, given)
  key.value = given
}

export function forgetKey(): void {
  sessionStorage.removeItem(name)
  localStorage.removeItem(name)
  key.value = undefined
}
