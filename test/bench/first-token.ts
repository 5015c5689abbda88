/** Prints how much later the first token of a stream comes with guardrails, and with each of them alone: `node test/bench/first-token.ts [streams]`. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { freePort } from '../../core/testing/port.ts'
import { Child } from './child.ts'
import { masterKey, start, type Contender, type TaplineOptions } from './contenders.ts'
import { requestBodies, surfaces } from './samples.ts'
import { guarded, guardrails } from './standing.ts'
import { median } from './statistics.ts'

const streams = Number(process.argv[2] ?? 2000)
const warmUp = 500
const kinds: Readonly<Record<string, TaplineOptions>> = {
  none: {},
  ...Object.fromEntries(guardrails.map(rule => [rule.type, { config: { guardrails: { rules: [rule] } } }])),
  'all of them': guarded,
}

const folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'))
const port = await freePort()
await using _ = Child.start(process.execPath, [join(import.meta.dirname, 'flushing-upstream.ts'), String(port)], { folder, log: 'upstream.log' })
console.log(`${streams} streams of 37 events that come one by one, one after another; from the request to the first text, p50 of them all`)
for (const [kind, options] of Object.entries(kinds)) {
  const contender = await start('tapline', `http://127.0.0.1:${port}/v1`, folder, options)
  console.log(`  ${kind.padEnd(16)} ${(await firstTextMs(contender)).toFixed(2)} ms`)
  await contender.child.stop()
}
rmSync(folder, { recursive: true })

async function firstTextMs({ origin }: Contender): Promise<number> {
  await using pool = Object.assign(new Pool(origin, { connections: 1 }), {
    [Symbol.asyncDispose]: async () => {
      await pool.destroy()
    },
  })
  const times: number[] = []
  for (let i = 0; i < warmUp + streams; i++) {
    const ms = await toFirstText(pool)
    if (i >= warmUp) times.push(ms)
  }
  return median(times)
}

async function toFirstText(pool: Pool): Promise<number> {
  const began = performance.now()
  let found: number | undefined
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${masterKey}` }
  const { body } = await pool.request({ method: 'POST', path: surfaces.chat.path, headers, body: requestBodies.streamed.text })
  for await (const chunk of body as AsyncIterable<Buffer>)
    if (found === undefined && /"content":"[^"]/.test(chunk.toString('latin1'))) found = performance.now()
  if (found === undefined) throw new Error('a stream had no text')
  return found - began
}
