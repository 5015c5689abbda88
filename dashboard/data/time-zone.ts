/** The time zone that days begin in, and that times are shown in: the browser's, unless another one was chosen. */

import { signal } from '@preact/signals'

const name = 'tapline.time-zone'
const own = Intl.DateTimeFormat().resolvedOptions().timeZone

export const timeZone = signal(localStorage.getItem(name) ?? own)

export function chooseTimeZone(zone: string): void {
  if (zone === own) localStorage.removeItem(name)
  else localStorage.setItem(name, zone)
  timeZone.value = zone
}
