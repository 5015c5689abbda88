/** Prints what guardrails cost a stream, per event: `node test/bench/guardrails.ts`. */

import { checkOptions } from '../../core/config/schema/options.ts'
import type { Exchange } from '../../core/pipeline/exchange.ts'
import type { AnyStreamTap, PluginDefinition, SetupContext, StreamTap } from '../../core/plugin/define.ts'
import { compilePattern } from '../../core/plugin/pattern.ts'
import type { ServiceName } from '../../core/services/services.ts'
import { chatChunks } from '../../core/testing/chat-samples.ts'
import { splitEvents } from '../../core/stream/borders.ts'
import { StreamRule } from '../../core/stream/rule.ts'
import { chatStream } from '../../plugins/dialects/openai-chat/stream.ts'
import pii from '../../plugins/pii/index.ts'
import secrets from '../../plugins/secrets/index.ts'
import stringReplace from '../../plugins/string-replace/index.ts'

const words =
  'The quick brown fox jumps over the lazy dog, and in 1984 he goes his way through section 4.2 of the wood; nobody asks him why, or where-to. '.repeat(4)
/** Nobody's. */
const key = ['AK', 'IAABCDEFGH23456723'].join('')
const streams: Readonly<Record<string, Buffer>> = {
  'words of prose': stream(words.match(/\S+ /g) ?? []),
  'a mail and a key': stream(`${words} Ask ann@example.org, whose key is ${key}. ${words}`.match(/\S+ /g) ?? []),
}
const guards: Readonly<Record<string, readonly AnyStreamTap[]>> = {
  'a tap that does nothing': [{ lookbehind: 64, text: text => text }],
  string_replace: [await tapOf(stringReplace, { rules: 'tangerine => orange\nconfidential => [redacted]' })],
  secrets: [await tapOf(secrets, {})],
  pii: [await tapOf(pii, {})],
  'all three': [await tapOf(stringReplace, { rules: 'tangerine => orange\nconfidential => [redacted]' }), await tapOf(secrets, {}), await tapOf(pii, {})],
}

console.log('µs per event, best of 40 rounds; unguarded is the search for the borders of events')
for (const [name, bytes] of Object.entries(streams)) {
  const events = splitEvents(bytes).length
  console.log(`${name}, ${events} events`)
  console.log(`  ${'unguarded'.padEnd(24)} ${(best(() => splitEvents(bytes)) / events).toFixed(2).padStart(7)}`)
  for (const [guard, taps] of Object.entries(guards)) {
    const rule = new StreamRule(
      taps.map(tap => ({ name: guard, tap: tap as StreamTap<never> })),
      chatStream,
      () => 'closed',
    )
    console.log(`  ${guard.padEnd(24)} ${(best(() => run(rule, bytes)) / events).toFixed(2).padStart(7)}`)
  }
}

function stream(pieces: readonly string[]): Buffer {
  return Buffer.from(chatChunks({ pieces }).join(''))
}

async function tapOf(plugin: unknown, options: Readonly<Record<string, unknown>>): Promise<AnyStreamTap> {
  const { schema, setup } = plugin as PluginDefinition
  const { value } = checkOptions(schema, options, () => undefined)
  const taps = await setup?.({ options: value, regex: compilePattern, warnInStream: () => {} } as unknown as SetupContext<unknown, ServiceName, ServiceName>)
  if (typeof taps?.stream !== 'object') throw new TypeError('the plugin taps no streams')
  return taps.stream
}

function run(rule: StreamRule, bytes: Buffer): void {
  const running = rule.open({ slots: [] } as unknown as Exchange)
  running.pass(bytes, [])
  running.end()
  running.close()
}

/** Microseconds of one run in the fastest of many rounds: other work on the machine only ever adds. */
function best(work: () => unknown): number {
  for (const end = performance.now() + 300; performance.now() < end;) work()
  return Math.min(
    ...Array.from({ length: 40 }, () => {
      const start = process.hrtime.bigint()
      for (let i = 0; i < 20; i++) work()
      return Number(process.hrtime.bigint() - start) / 20_000
    }),
  )
}
