/** Asking a process that is starting until it answers. */

import { setTimeout as pause } from 'node:timers/promises'
import { request } from 'undici'
import type { Child } from './child.ts'

const pollMs = 5
const patienceMs = 20_000

export interface Probe {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Resolves when the call is answered with 200. @throws when the process ends before, or takes too long; says what it last said */
export async function until200(probe: Probe, child: Child): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  let answer = 'no answer'
  while (child.running && performance.now() < giveUpAt) {
    try {
      const { statusCode, body } = await request(probe.url, { ...probe, body: probe.body ?? null })
      const text = await body.text()
      if (statusCode === 200) return
      answer = `${statusCode} ${text.slice(0, 300)}`
    } catch {} // nobody listens yet
    await pause(pollMs)
  }
  throw new Error(`${probe.method} ${probe.url}: ${child.running ? answer : 'the process ended'}\n${child.lastWords}`)
}
