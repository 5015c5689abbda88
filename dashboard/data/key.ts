/** The key that the page calls the admin API with. It stays in this browser: for the session, or for longer if its owner says so. */

import { signal } from '@preact/signals'
import { gatewayBase } from './base.ts'

/** Another gateway of this host, at another base path, has another one. */
const name = `tapline.key${gatewayBase}`

/** Undefined where none was given; on loopback without a master key, none is needed. */
export const key = signal(sessionStorage.getItem(name) ?? localStorage.getItem(name) ?? undefined)

/** Whether the gateway wants a key, or another one than it was given. */
export const keyWanted = signal(false)

/** @param given the gateway takes it */
export function keepKey(given: string, remembered: boolean): void {
  sessionStorage.removeItem(name)
  localStorage.removeItem(name)
  const storage = remembered ? localStorage : sessionStorage
  storage.setItem(name, given)
  key.value = given
  keyWanted.value = false
}

/** Asks for another one. */
export function forgetKey(): void {
  sessionStorage.removeItem(name)
  localStorage.removeItem(name)
  key.value = undefined
  keyWanted.value = true
}

// Told by the browser's other tabs, of what they keep for longer.
addEventListener('storage', ({ key: changed, newValue, oldValue }) => {
  if (changed !== name) return
  if (newValue === null && key.value === oldValue) forgetKey()
  else if (newValue !== null && sessionStorage.getItem(name) === null) {
    key.value = newValue
    keyWanted.value = false
  }
})
