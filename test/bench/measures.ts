/** The rows of the table: what each measures, and what it must reach. */

import { start, type ProviderType, type TaplineOptions } from './contenders.ts'
import { duel, type DuelSettings, type Pair } from './duel.ts'
import { run, type Load, type Run } from './load.ts'
import type { BodyName } from './samples.ts'
import { guarded, policies, recording } from './standing.ts'
import { median } from './statistics.ts'

export interface Upstreams {
  readonly plain: string
  readonly stream: string
  readonly flushing: string
}

/** What a measure showed, as the cells of its row. */
export interface Cells {
  /** Of what Tapline is compared with. */
  readonly other: string
  readonly tapline: string
  readonly share: string
}

export interface Measure {
  /** As `--only` names it. */
  readonly name: string
  readonly title: string
  /** What Tapline is compared with; the bare relay where absent. */
  readonly other?: string
  readonly must: string
  readonly aim: string
  take(bench: Bench): Promise<Cells>
}

const unmeasured = '–'
const plainLoad: Load = { body: 'small', connections: 16 }

/** The upstreams and the settings of a run of the bench; a duel that two rows read is fought once. */
export class Bench {
  readonly upstreams: Upstreams
  readonly settings: DuelSettings
  /** What all gateways of this run have beside the default set. */
  readonly tapline: TaplineOptions
  readonly #duels = new Map<string, Promise<Pair[]>>()

  constructor(upstreams: Upstreams, settings: DuelSettings, tapline: TaplineOptions) {
    this.upstreams = upstreams
    this.settings = settings
    this.tapline = tapline
  }

  duel(upstream: keyof Upstreams, load: Load, provider: ProviderType = 'openai'): Promise<Pair[]> {
    const name = `${load.body} body, ${upstream} upstream of type ${provider}, ${load.connections} connections`
    const url = this.upstreams[upstream]
    const { folder } = this.settings
    const pairs =
      this.#duels.get(name) ??
      duel(name, { other: () => start('bare', url, folder), tapline: () => start('tapline', url, folder, { ...this.tapline, provider }) }, load, this.settings)
    this.#duels.set(name, pairs)
    return pairs
  }

  /** Tapline beside itself: with something, and without. */
  async self(name: string, upstream: keyof Upstreams, load: Load, [without, withIt]: readonly [TaplineOptions, TaplineOptions]): Promise<Pair[]> {
    const {
      settings,
      upstreams: { [upstream]: url },
    } = this
    return await duel(
      name,
      { other: () => start('tapline', url, settings.folder, without), tapline: () => start('tapline', url, settings.folder, withIt) },
      load,
      settings,
    )
  }
}

export const measures: readonly Measure[] = [
  {
    name: 'plain',
    title: 'plain chat, requests per second, share of bare',
    must: '0.85',
    aim: '1.3',
    take: async bench => throughput(await bench.duel('plain', plainLoad)),
  },
  {
    name: 'stream',
    title: 'streamed chat (37 events), same dialect, share of bare',
    must: '0.85',
    aim: '1.3',
    take: async bench => throughput(await bench.duel('stream', { body: 'streamed', connections: 16 })),
  },
  {
    name: 'flushed',
    title: 'the same with an upstream that flushes every event by itself',
    must: '0.7',
    aim: '1.0',
    take: async bench => throughput(await bench.duel('flushing', { body: 'streamed', connections: 16 })),
  },
  {
    name: 'latency',
    title: 'added p50 / p99 at 10 connections against bare',
    must: '0.4 ms / 2 ms',
    aim: '0.2 ms / 1 ms',
    take: async bench => addedLatency(await bench.duel('plain', { body: 'small', connections: 10 })),
  },
  {
    name: 'cpu',
    title: 'CPU per request against bare',
    must: '1.3 ×',
    aim: '0.9 ×',
    take: async bench => cpuPerRequest(await bench.duel('plain', plainLoad)),
  },
  {
    name: 'large',
    title: 'a 1 MB chat body: requests per second, share of bare',
    must: '0.6',
    aim: '0.85',
    take: async bench => throughput(await bench.duel('plain', { body: 'large', connections: 16 })),
  },
  {
    name: 'memory',
    title: 'resident memory after 200,000 requests',
    must: '150 MB',
    aim: '110 MB',
    take: bench => oneByOne(bench, residentMegabytes, mb => `${mb.toFixed(0)} MB`),
  },
  {
    name: 'start',
    title: 'start to first 200',
    must: '1.2 s',
    aim: '0.6 s',
    take: bench => oneByOne(bench, secondsToFirst200, s => `${s.toFixed(2)} s`),
  },
  ...dialectMeasures(),
  ...standingMeasures(),
]

/** Native and translated calls of the other dialects. Bare relays the same call to an upstream that speaks the client's dialect. */
function dialectMeasures(): readonly Measure[] {
  const native = { must: '0.85', aim: '1.3' }
  const unbound = { must: '', aim: '' }
  const translatedStream = { must: '0.35', aim: '0.6' }
  const translatedPlain = { must: '0.5', aim: '0.8' }
  const row = (
    name: string,
    title: string,
    body: BodyName,
    upstream: 'plain' | 'stream',
    provider: ProviderType,
    bounds: { readonly must: string; readonly aim: string },
  ): Measure => ({
    name,
    title: `${title}, share of bare`,
    ...bounds,
    take: async bench => throughput(await bench.duel(upstream, { body, connections: 16 }, provider)),
  })
  return [
    row('agent', "an agent's session of 100 KB, streamed chat, native", 'agent', 'stream', 'openai', unbound),
    row('agent-messages', 'the same as messages, native', 'agentMessages', 'stream', 'anthropic', unbound),
    row('agent-translated', 'the same as messages on a chat upstream', 'agentMessages', 'stream', 'openai-compatible', unbound),
    row('messages', 'plain messages, native', 'messages', 'plain', 'anthropic', native),
    row('messages-stream', 'streamed messages, native', 'messagesStreamed', 'stream', 'anthropic', native),
    row('responses', 'plain responses, native', 'responses', 'plain', 'openai', native),
    row('responses-stream', 'streamed responses, native', 'responsesStreamed', 'stream', 'openai', native),
    row('responses-stored', 'plain responses, native and stored', 'responsesStored', 'plain', 'openai', unbound),
    row('responses-stored-stream', 'streamed responses, native and stored', 'responsesStoredStreamed', 'stream', 'openai', unbound),
    row('messages-to-chat', 'plain messages on a chat upstream', 'messages', 'plain', 'openai-compatible', translatedPlain),
    row('messages-to-chat-stream', 'streamed messages on a chat upstream', 'messagesStreamed', 'stream', 'openai-compatible', translatedStream),
    row('chat-to-messages', 'plain chat on a messages upstream', 'small', 'plain', 'anthropic', translatedPlain),
    row('chat-to-messages-stream', 'streamed chat on a messages upstream', 'streamed', 'stream', 'anthropic', translatedStream),
    row('responses-to-chat', 'plain responses on a chat upstream', 'responses', 'plain', 'openai-compatible', translatedPlain),
    row('responses-to-chat-stream', 'streamed responses on a chat upstream', 'responsesStreamed', 'stream', 'openai-compatible', translatedStream),
    row('responses-stored-to-chat', 'plain responses on a chat upstream, stored', 'responsesStored', 'plain', 'openai-compatible', unbound),
    row('responses-stored-to-chat-stream', 'streamed responses on a chat upstream, stored', 'responsesStoredStreamed', 'stream', 'openai-compatible', unbound),
  ]
}

/** What recording and policy cost: Tapline with them beside Tapline without. */
function standingMeasures(): readonly Measure[] {
  const row = (name: string, title: string, other: string, must: string, load: Load, sides: readonly [TaplineOptions, TaplineOptions]): Measure => ({
    name,
    title,
    other,
    must,
    aim: '',
    take: async bench => throughput(await bench.self(name, load.body === 'streamed' ? 'stream' : 'plain', load, sides)),
  })
  return [
    row('usage', 'plain chat, usage recorded', 'without records', '0.9', plainLoad, [recording.none, recording.usage]),
    row('audit', 'plain chat, usage and audit recorded (the default)', 'without records', '', plainLoad, [recording.none, {}]),
    row('audit-bodies', 'plain chat, audit with bodies', 'usage recorded', '0.75', plainLoad, [recording.usage, recording.bodies]),
    row('policies', 'plain chat, beside 1,000 keys, 500 workflows, 200 virtual models, 100 budgets, 50 rate limits', 'none of them', '0.9', plainLoad, [
      {},
      policies,
    ]),
    row('guarded', 'streamed chat under secrets, pii and string_replace', 'no guardrails', '0.6', { body: 'streamed', connections: 16 }, [{}, guarded]),
  ]
}

function throughput(pairs: readonly Pair[]): Cells {
  const show = (rps: number) => `${Math.round(rps).toLocaleString('en')} /s`
  return compare(
    pairs,
    ({ requestsPerSecond }) => requestsPerSecond,
    show,
    (tapline, other) => tapline / other,
    share => share.toFixed(2),
  )
}

function cpuPerRequest(pairs: readonly Pair[]): Cells {
  return compare(
    pairs,
    ({ cpuUs }) => cpuUs,
    us => `${us.toFixed(0)} µs`,
    (tapline, other) => tapline / other,
    share => `${share.toFixed(2)} ×`,
  )
}

function addedLatency(pairs: readonly Pair[]): Cells {
  const show = (ms: number) => `${ms.toFixed(2)} ms`
  const added = (ms: number) => `${ms < 0 ? '−' : '+'}${show(Math.abs(ms))}`
  const difference = (tapline: number, other: number) => tapline - other
  const p50 = compare(pairs, ({ p50Ms }) => p50Ms, show, difference, added)
  const p99 = compare(pairs, ({ p99Ms }) => p99Ms, show, difference, added)
  return { other: `${p50.other} / ${p99.other}`, tapline: `${p50.tapline} / ${p99.tapline}`, share: `${p50.share} / ${p99.share}` }
}

/** Medians of either side, and the median of what `relate` makes of each pair. Failed calls show in the cell. */
function compare(
  pairs: readonly Pair[],
  read: (run: Run) => number,
  show: (value: number) => string,
  relate: (tapline: number, other: number) => number,
  showShare: (value: number) => string,
): Cells {
  const column = (runs: readonly Run[]) => {
    const failures = runs.reduce((sum, each) => sum + each.failures, 0)
    return runs.length === 0 ? unmeasured : show(median(runs.map(read))) + (failures > 0 ? ` (${failures} failed)` : '')
  }
  const shares = pairs.flatMap(({ other, tapline }) => (tapline === undefined ? [] : [relate(read(tapline), read(other))]))
  return {
    other: column(pairs.map(({ other }) => other)),
    tapline: column(pairs.flatMap(({ tapline }) => tapline ?? [])),
    share: shares.length === 0 ? unmeasured : showShare(median(shares)),
  }
}

type Gauge = (name: 'bare' | 'tapline', bench: Bench) => Promise<number>

async function oneByOne(bench: Bench, gauge: Gauge, show: (value: number) => string): Promise<Cells> {
  const bare = show(await gauge('bare', bench))
  const tapline = bench.settings.bareOnly ? unmeasured : show(await gauge('tapline', bench))
  bench.settings.progress(`bare ${bare}, Tapline ${tapline}`)
  return { other: bare, tapline, share: unmeasured }
}

const residentMegabytes: Gauge = async (name, { upstreams, tapline, settings: { folder } }) => {
  const contender = await start(name, upstreams.plain, folder, tapline)
  await using child = contender.child
  for (let sent = 0; sent < 200_000;) {
    const { requests } = await run(plainLoad, contender, 2, folder)
    if (requests === 0) throw new Error(`${name} answers nothing`)
    sent += requests
  }
  return child.residentMegabytes()
}

const secondsToFirst200: Gauge = async (name, { upstreams, tapline, settings: { folder } }) => {
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const { child, startMs } = await start(name, upstreams.plain, folder, tapline)
    await child.stop()
    times.push(startMs / 1000)
  }
  return median(times)
}
