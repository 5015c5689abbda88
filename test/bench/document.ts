/** Prints what reading and editing JSON bodies costs, beside JSON.parse: `node test/bench/document.ts`. */

import { JsonDocument } from '../../core/document/document.ts'
import { requestConversation } from '../../plugins/dialects/openai-chat/conversation.ts'

const prose = 'The quick brown fox jumps over the lazy dog, and goes its way. '

const bodies: Record<string, Buffer> = {
  'small chat': chat(['Tell me something about the history of tapestry weaving in the low countries, please, and be brief.']),
  '1 MB, 20 long messages': chat(Array(20).fill(prose.repeat(830))),
  '1 MB, long, many quotes': chat(Array.from({ length: 20 }, () => 'The quick brown fox, "said" he,\n jumps over the dog. '.repeat(930))),
  '1 MB, JSON in strings': chat(Array.from({ length: 100 }, () => JSON.stringify(Array.from({ length: 300 }, () => ({ a: 1, b: 'x', c: 'yes' }))))),
  '1 MB, 14,000 short messages': chat(Array.from({ length: 14_000 }, () => 'one short message')),
  '1 MB, not ASCII': chat(Array(20).fill('Übergrößenträger und 漢字 sind 😀 '.repeat(1200))),
}

const work: Record<string, (bytes: Buffer) => unknown> = {
  'JSON.parse': bytes => JSON.parse(bytes.toString()),
  parse: bytes => JsonDocument.parse(bytes),
  route,
  guard,
}

console.log('µs per body, best of 50 rounds. route: parse, read model and stream, fork, set model, render; guard: parse, rewrite one message, render')
for (const [name, bytes] of Object.entries(bodies)) {
  const figures = Object.entries(work).map(
    ([what, run]) =>
      `${what} ${best(() => run(bytes))
        .toFixed(2)
        .padStart(9)}`,
  )
  console.log(`${name.padEnd(28)} ${String(bytes.length).padStart(8)} B   ${figures.join('   ')}`)
}

function chat(texts: readonly string[]): Buffer {
  const messages = [{ role: 'system', content: 'You are a helpful assistant.' }, ...texts.map(content => ({ role: 'user', content }))]
  return Buffer.from(JSON.stringify({ model: 'gpt-4o-mini', messages, temperature: 0.7, max_tokens: 256, stream: false, user: 'abc' }))
}

function route(bytes: Buffer): Buffer {
  const document = JsonDocument.parse(bytes)
  document.root.get('model')?.string()
  document.root.get('stream')?.value()
  const fork = document.fork()
  fork.set(fork.root, 'model', '"gpt-4o"')
  return fork.render()
}

function guard(bytes: Buffer): Buffer {
  const document = JsonDocument.parse(bytes)
  requestConversation(document).rewrite(text => text.replace('helpful', 'careful'), ['system'])
  return document.render()
}

/** Microseconds of one run in the fastest of many rounds: other work on the machine only ever adds. */
function best(run: () => unknown): number {
  for (const end = performance.now() + 300; performance.now() < end;) run()
  const runs = Math.max(1, Math.round(1e6 / time(run, 10)))
  return Math.min(...Array.from({ length: 50 }, () => time(run, runs))) / 1000
}

/** Nanoseconds of one run. */
function time(run: () => unknown, runs: number): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < runs; i++) run()
  return Number(process.hrtime.bigint() - start) / runs
}
