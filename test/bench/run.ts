/**
 * The bench: Tapline beside a bare relay on this machine, in this run. Prints a Markdown table; asserts nothing.
 * `npm run bench -- [--rounds 5] [--seconds 5] [--only <measure> …] [--only bare] [--without-records]`
 */

import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { availableParallelism, cpus, release, tmpdir, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../../core/testing/port.ts'
import { Child } from './child.ts'
import { start } from './contenders.ts'
import { Bench, measures, type Cells, type Measure, type Upstreams } from './measures.ts'
import { startNginx } from './nginx.ts'
import { until200 } from './poll.ts'
import { recording } from './standing.ts'
import { addSystemFolders, missingTools } from './tools.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: [] },
    'without-records': { type: 'boolean', default: false },
  },
})

addSystemFolders()
const problem = missingTools() ?? wrongFlag()
if (problem === undefined) await bench()
else {
  console.error(problem)
  process.exitCode = 1
}

async function bench(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'tapline-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit())
  const upstreams = await startUpstreams(folder, stack)
  const bareOnly = flags.only.includes('bare') || !(await taplineStarts(upstreams.plain, folder))
  const rounds = Number(flags.rounds)
  const seconds = Number(flags.seconds)
  const tapline = flags['without-records'] ? recording.none : {}
  const context = new Bench(upstreams, { rounds, seconds, bareOnly, folder, progress: line => console.error(line) }, tapline)

  const rows: string[] = []
  for (const measure of chosen()) rows.push(row(measure, await take(measure, context)))
  console.log(`${machine()}; ${rounds} rounds of ${seconds} s\n`)
  console.log('| measure | must | aim | beside | | Tapline | share |\n|---|---|---|---|---|---|---|')
  console.log(rows.join('\n'))
}

async function startUpstreams(folder: string, stack: AsyncDisposableStack): Promise<Upstreams> {
  const nginx = await startNginx(folder)
  stack.use(nginx.child)
  const port = await freePort()
  const flushing = Child.start(process.execPath, [join(import.meta.dirname, 'flushing-upstream.ts'), String(port)], { folder, log: 'flushing.log' })
  stack.use(flushing)
  const upstreams = { plain: nginx.plainUrl, stream: nginx.streamUrl, flushing: `http://127.0.0.1:${port}/v1` }
  await until200({ method: 'GET', url: `${upstreams.stream}/models` }, nginx.child)
  await until200({ method: 'GET', url: `${upstreams.flushing}/models` }, flushing)
  return upstreams
}

/** Whether there is a gateway to compare; if it does not start, the bench says why and measures bare alone. */
async function taplineStarts(upstreamUrl: string, folder: string): Promise<boolean> {
  try {
    const { child } = await start('tapline', upstreamUrl, folder)
    await child.stop()
    return true
  } catch (error) {
    console.error('Tapline does not start, so bare is measured alone.', error)
    return false
  }
}

/** A measure that breaks costs its row, not the table. */
async function take(measure: Measure, context: Bench): Promise<Cells> {
  try {
    return await measure.take(context)
  } catch (error) {
    console.error(`${measure.name} broke.`, error)
    return { other: 'broke', tapline: 'broke', share: 'broke' }
  }
}

function chosen(): readonly Measure[] {
  const names = flags.only.filter(name => name !== 'bare')
  return names.length === 0 ? measures : measures.filter(({ name }) => names.includes(name))
}

function wrongFlag(): string | undefined {
  const known = ['bare', ...measures.map(({ name }) => name)]
  const unknown = flags.only.find(name => !known.includes(name))
  if (unknown !== undefined) return `--only ${unknown}: there is ${known.join(', ')}`
  if (!(Number(flags.rounds) >= 1 && Number(flags.seconds) >= 1)) return '--rounds and --seconds take numbers from 1'
}

function row({ title, other = 'bare', must, aim }: Measure, { other: figure, tapline, share }: Cells): string {
  return `| ${[title, must, aim, other, figure, tapline, share].join(' | ')} |`
}

function machine(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, ${type()} ${release()}`
}
