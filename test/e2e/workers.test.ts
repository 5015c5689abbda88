/** Several processes on one port are one gateway. */

import { expect } from 'chai'
import { once } from 'node:events'
import { access, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { chatCompletion as completionOf, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { countsOf, faultsOf } from '../support/crash.ts'
import { recordedIn } from '../support/gateway-processes.ts'
import { tapline } from '../support/run-tapline.ts'
import { eventually, until } from '../support/until.ts'
import { count, dollar, Workers, type Answered } from '../support/workers.ts'

/** An answer that costs a dollar. */
const completed = () => completionOf({ usage: { prompt_tokens: 1, completion_tokens: 1 } })
const limitOf = (path: string, limit: object) => ({ path, limits: [limit] })

const policy = {
  metrics: { enabled: true },
  cache: { response: { simple: { enabled: true } } },
  virtual_models: [{ source: 'either', targets: [{ model: 'openai/gpt-test' }, { model: 'openai/gpt-other' }] }],
  rate_limits: {
    user_paths: [
      limitOf('/rate', { period: 'day', max_requests: 50 }),
      limitOf('/slots', { period: 'concurrent', max_requests: 5 }),
      limitOf('/kept', { period: 'day', max_requests: 3 }),
    ],
  },
  budgets: { user_paths: [limitOf('/spend', { period: 'monthly', amount: 20 })] },
}

describe('two workers', function () {
  this.timeout(180_000)
  let gateway: Workers
  before(async () => {
    gateway = await Workers.start(policy)
  })
  after(() => gateway[Symbol.asyncDispose]())

  it('are told of once, with the process that keeps them, which is the one in the pid file', async () => {
    const told = gateway.program.log.filter(({ msg }) => String(msg).startsWith('Tapline listens'))
    expect(told).to.have.length(1)
    expect(told[0]).to.include({ workers: 2, pid: gateway.program.process.pid })
    expect(Number(await readFile(join(gateway.folder.path, 'tapline.pid'), 'utf8'))).to.equal(gateway.program.process.pid)
    expect(gateway.program.log.filter(({ msg }) => /loopback only/.test(String(msg)))).to.have.length(1)
  })

  it('both serve, and the first process does not', async () => {
    const pids = await gateway.pids()
    expect(pids).to.have.property('size', 2)
    expect(pids.has(gateway.program.process.pid ?? 0)).to.equal(false)
  })

  it('let no more of 200 calls at once through than one would', async () => {
    const answers = await gateway.all(200, { path: '/rate' })
    expect([count(answers, 200), count(answers, 429)]).to.deep.equal([50, 150])
    expect(new Set(answers.map(({ pid }) => pid)).size).to.equal(2)
  })

  it('overspend no budget', async () => {
    let spent = 0
    const callers = Array.from({ length: 16 }, async () => {
      for (;;) {
        const { status, text } = await gateway.call({ path: '/spend' })
        if (status === 200) spent += 1
        else if (!text.includes('while calls run')) return
      }
    })
    await Promise.all(callers)
    expect(spent).to.equal(20)
  })

  it('run no more calls at the same time than one would', async () => {
    const gate = new Gate()
    gateway.upstream.always({ body: completed(), gates: { beforeHeaders: gate } })
    const answers: Answered[] = []
    const calls = Array.from({ length: 20 }, async () => answers.push(await gateway.call({ path: '/slots' })))
    await until(() => answers.length === 15)
    gate.open()
    await Promise.all(calls)
    expect([count(answers, 200), count(answers, 429)]).to.deep.equal([5, 15])
    expect((await gateway.call({ path: '/slots' })).status).to.equal(200)
  })

  it('keep a session to one target, whichever of them is asked', async () => {
    const targetOf = async (headers: Readonly<Record<string, string>>) => {
      const { status, text } = await gateway.call({ body: { ...dollar, model: 'either' }, headers })
      expect(status, text).to.equal(200)
      return sentTo(gateway).at(-1)?.model
    }
    // From here on, each would choose otherwise than the other one.
    await targetOf({})
    for (const session of ['a', 'b', 'c']) {
      const targets = new Set<unknown>()
      for (let i = 0; i < 4; i++) targets.add(await targetOf({ 'x-session-id': session }))
      expect([...targets], session).to.have.length(1)
    }
  })

  it('open one circuit breaker after as many failures as one would, and close it together', async () => {
    gateway.upstream.always({ status: 500, body: errorBody('down') })
    const before = gateway.upstream.requests.length
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) {
      statuses.push((await gateway.call()).status)
      // While both answer, each hears what the other noted.
      await gateway.pids()
    }
    expect(gateway.upstream.requests.length - before).to.be.within(5, 6)
    expect(statuses.slice(-4)).to.deep.equal([503, 503, 503, 503])
    gateway.upstream.always({ body: completed() })
    expect((await gateway.send('POST', '/admin/providers/openai/circuit-breaker/reset')).status).to.equal(204)
    await eventually(async () => expect(count(await gateway.all(4), 200)).to.equal(4))
  })

  it('add their metrics up, whichever is asked', async () => {
    const before = await answersCounted(gateway)
    const answers = await gateway.all(10)
    expect(new Set(answers.map(({ pid }) => pid)).size).to.equal(2)
    for (let i = 0; i < 4; i++) expect(await answersCounted(gateway)).to.equal(before + 10)
  })

  it('refresh together', async () => {
    const { status, text } = await gateway.send('POST', '/admin/runtime/refresh')
    expect([status, (JSON.parse(text) as { status: string }).status]).to.deep.equal([200, 'ok'])
  })

  it('clear their caches together', async () => {
    const ask = () => gateway.call({ body: { ...dollar, messages: [{ role: 'user', content: 'cached' }] }, headers: { 'cache-control': 'max-age=60' } })
    const asked = () => gateway.upstream.requests.length
    for (const round of ['at first', 'once they were cleared']) {
      const before = asked()
      await eventually(async () => expect((await Promise.all([ask(), ask(), ask(), ask()])).every(({ cache }) => cache !== undefined)).to.equal(true))
      expect(asked() - before, round).to.be.at.least(2)
      expect((await gateway.send('DELETE', '/admin/cache?confirmation=clear')).status).to.equal(204)
    }
  })

  it('take a key that is made, and refuse it once it is revoked, both', async () => {
    const made = await gateway.send('POST', '/admin/auth-keys', { body: { name: 'shared' } })
    const { id, value } = JSON.parse(made.text) as { id: string; value: string }
    const statuses = async () => await Promise.all([0, 1].map(async () => (await gateway.call({ headers: { authorization: `Bearer ${value}` } })).status))
    await eventually(async () => expect(await statuses()).to.deep.equal([200, 200]))
    await gateway.send('POST', `/admin/auth-keys/${id}/deactivate`)
    await eventually(async () => expect(await statuses()).to.deep.equal([401, 401]))
  })
})

describe('a worker that is killed', function () {
  this.timeout(180_000)

  it('takes its own calls with it alone, and is replaced; its slots are free, and what it counted still counts', async () => {
    await using gateway = await Workers.start(policy)
    const before = await gateway.pids()
    expect(before.size).to.equal(2)
    await gateway.all(6)
    expect(await answersCounted(gateway)).to.equal(6)
    const gate = new Gate()
    gateway.upstream.always({ body: completed(), gates: { beforeHeaders: gate } })
    const calls = Array.from({ length: 4 }, () => gateway.call({ path: '/slots' }).catch((cause: unknown) => cause as Error))
    await gateway.upstream.received(10)
    const [victim] = before as Iterable<number>
    process.kill(victim ?? 0, 'SIGKILL')
    await gateway.program.said(({ msg }) => /a worker died: it was ended by SIGKILL/.test(String(msg)))
    gate.open()
    const answers = await Promise.all(calls)
    const served = answers.filter(answer => !(answer instanceof Error)) as Answered[]
    expect(served.length).to.be.within(1, 3)
    expect(served.every(({ status, pid }) => status === 200 && pid !== victim)).to.equal(true)
    await gateway.program.said(isReplaced)
    const after = await gateway.pids()
    expect([after.size, after.has(victim ?? 0)]).to.deep.equal([2, false])
    expect(await answersCounted(gateway)).to.equal(6 + served.length)
    expect(count(await gateway.all(5, { path: '/slots' }), 200)).to.equal(5)
  })

  it('under load loses no record of a call that was answered, and none is there twice; a budget is charged for each', async () => {
    await using gateway = await Workers.start({ budgets: { user_paths: [limitOf('/', { period: 'monthly', amount: 1e6 })] } })
    const answered = new Set<string>()
    let failed = 0
    const over = new AbortController()
    const callers = Array.from({ length: 8 }, async () => {
      while (!over.signal.aborted) {
        const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(dollar),
        }).catch(() => undefined)
        const text = await answer?.text().catch(() => undefined)
        if (answer?.status === 200 && text !== undefined) answered.add(String(answer.headers.get('x-request-id')))
        else failed += 1
      }
    })
    for (const kill of [1, 2]) {
      const goal = answered.size + 100
      await until(() => answered.size >= goal)
      const [victim] = (await gateway.pids()) as Iterable<number>
      process.kill(victim ?? 0, 'SIGKILL')
      await until(() => gateway.program.log.filter(isReplaced).length === kill)
    }
    over.abort()
    await Promise.all(callers)
    // At each end, of every caller the call that ran there, and perhaps the next one, sent on a connection that had just died.
    expect(failed).to.be.at.most(2 * 2 * callers.length)
    await eventually(async () => {
      const records = countsOf(await recordedIn(gateway.url))
      expect(faultsOf({ completed: answered, records })).to.deep.equal({ lost: [], doubled: [] })
      const [budget] = (JSON.parse((await gateway.send('GET', '/admin/budgets')).text) as { budgets: { spent: number }[] }).budgets
      // In the very moment of an end, a call may be recorded or charged, and not yet the other: of each worker no more than ran in it.
      expect(budget?.spent).to.be.within(records.size - 2 * callers.length, records.size + 2 * callers.length)
    })
  })

  it('by SIGTERM finishes what runs, and is replaced', async () => {
    await using gateway = await Workers.start()
    const gate = new Gate()
    gateway.upstream.always({ body: completed(), gates: { beforeHeaders: gate } })
    const call = gateway.call()
    await gateway.upstream.received(1)
    const pids = await gateway.pids()
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    gate.open()
    expect(await call).to.include({ status: 200 })
    await eventually(async () => expect([...(await gateway.pids())].some(pid => pids.has(pid))).to.equal(false))
  })
})

describe('two workers that are told to end', function () {
  this.timeout(180_000)

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`by ${signal} finish what runs, and the program ends as one process does`, async () => {
      await using gateway = await Workers.start()
      const gate = new Gate()
      gateway.upstream.always({ body: completed(), gates: { beforeHeaders: gate } })
      const calls = gateway.all(8)
      await gateway.upstream.received(8)
      gateway.program.kill(signal)
      await gateway.program.said(({ msg }) => /finishing what runs/.test(String(msg)))
      gate.open()
      const answers = await calls
      expect(count(answers, 200)).to.equal(8)
      expect(new Set(answers.map(({ pid }) => pid)).size).to.equal(2)
      expect((await gateway.program.ended).code).to.equal(0)
      expect(gateway.program.log.filter(({ msg }) => msg === 'stopped')).to.have.length(1)
      expect(
        await access(join(gateway.folder.path, 'tapline.pid')).then(
          () => true,
          () => false,
        ),
      ).to.equal(false)
      await gateway.restart()
      await eventually(async () => expect(await recordedIn(gateway.url)).to.have.members(answers.map(({ requestId }) => requestId)))
    })
  }

  it('twice end at once', async () => {
    await using gateway = await Workers.start()
    gateway.upstream.always({ silent: true })
    const call = gateway.call().catch((cause: unknown) => cause)
    await gateway.upstream.received(1)
    gateway.program.kill('SIGTERM')
    await gateway.program.said(({ msg }) => /finishing what runs/.test(String(msg)))
    gateway.program.kill('SIGTERM')
    expect((await gateway.program.ended).code).to.equal(1)
    expect(await call).to.be.instanceOf(Error)
  })

  it('remember what they counted of rate limits', async () => {
    await using gateway = await Workers.start({ rate_limits: { ...policy.rate_limits, flush_interval: 0 } })
    expect(count(await gateway.all(2, { path: '/kept' }), 200)).to.equal(2)
    gateway.program.kill('SIGTERM')
    await gateway.restart()
    const answers = await gateway.all(4, { path: '/kept' })
    expect([count(answers, 200), count(answers, 429)]).to.deep.equal([1, 3])
  })

  it('finish what runs also where the first process was killed', async () => {
    await using gateway = await Workers.start()
    const gate = new Gate()
    gateway.upstream.always({ body: completed(), gates: { beforeHeaders: gate } })
    const call = gateway.call()
    await gateway.upstream.received(1)
    gateway.program.kill('SIGKILL')
    await once(gateway.program.process, 'exit')
    gate.open()
    const { status, pid } = await call
    expect(status).to.equal(200)
    await until(() => !lives(pid))
  })
})

describe('two workers that take a configuration over', function () {
  this.timeout(180_000)
  const isReloaded = ({ msg }: Readonly<Record<string, unknown>>) => msg === 'configuration reloaded'
  const hasFailed = ({ event }: Readonly<Record<string, unknown>>) => event === 'reload_failed'
  const letter = (said: string, more: object = {}) => ({ pipelines: { chat: [{ insert: { use: './letter.ts', options: { said } }, after: 'auth' }], ...more } })
  const files = {
    'letter.ts': `import { definePlugin } from 'tapline'
export default definePlugin({ name: 'letter', schema: { type: 'object', properties: { said: { type: 'string' } }, required: ['said'] },
  setup: ({ options }) => ({ prompt({ conversation }) { conversation.rewrite(text => text + options.said) } }) })`,
    // Of all processes, one can have it.
    'alone.ts': `import { writeFileSync } from 'node:fs'
import { definePlugin } from 'tapline'
export default definePlugin({ name: 'alone', setup: () => ({ async open() { writeFileSync(new URL('taken', import.meta.url).pathname, '', { flag: 'wx' }) }, request() {} }) })`,
  }
  let gateway: Workers
  before(async () => {
    gateway = await Workers.start(letter('a'), files)
  })
  after(() => gateway[Symbol.asyncDispose]())

  /** What the provider got of calls to both. */
  const sent = async () => {
    const from = gateway.upstream.requests.length
    const answers = [await gateway.call(), await gateway.call()]
    expect(new Set(answers.map(({ pid }) => pid)).size).to.equal(2)
    return sentTo(gateway)
      .slice(from)
      .map(({ messages }) => messages[0]?.content)
  }
  const lines = (matches: (line: Readonly<Record<string, unknown>>) => boolean) => gateway.program.log.filter(matches).length

  it('do so when the file changes, and say so once', async () => {
    expect(await sent()).to.deep.equal(['helloa', 'helloa'])
    await gateway.configure(letter('b'))
    await gateway.program.said(isReloaded)
    expect(await sent()).to.deep.equal(['hellob', 'hellob'])
    expect(lines(isReloaded)).to.equal(1)
  })

  it('keep the old one where the file is wrong, and say so once', async () => {
    await gateway.configure({ ...letter('c'), nonsense: 1 })
    await until(() => lines(hasFailed) > 0)
    expect(await sent()).to.deep.equal(['hellob', 'hellob'])
    const [said, ...others] = gateway.program.log.filter(hasFailed)
    expect(others).to.deep.equal([])
    expect(said?.['problems']).to.have.length(1)
  })

  it('keep the old one where the file is gone, and take it over once it is back', async () => {
    const [failures, reloads] = [lines(hasFailed), lines(isReloaded)]
    const pathOf = (name: string) => join(gateway.folder.path, name)
    await rename(pathOf('tapline.yaml'), pathOf('elsewhere'))
    await until(() => lines(hasFailed) > failures)
    expect(await sent()).to.deep.equal(['hellob', 'hellob'])
    await gateway.configure(letter('b'))
    await until(() => lines(isReloaded) > reloads)
    expect(await sent()).to.deep.equal(['hellob', 'hellob'])
  })

  it('keep the old one where one of them cannot take the new one', async () => {
    const before = lines(hasFailed)
    const { pipelines } = letter('d')
    await gateway.configure({ pipelines: { chat: [...pipelines.chat, { insert: './alone.ts', after: 'letter' }] } })
    await until(() => lines(hasFailed) > before)
    expect(await sent()).to.deep.equal(['hellob', 'hellob'])
    expect(lines(hasFailed)).to.equal(before + 1)
  })

  it('begin with the configuration of the others where they are new', async () => {
    const [victim = 0] = (await gateway.pids()) as Iterable<number>
    process.kill(victim, 'SIGKILL')
    await gateway.program.said(isReplaced)
    expect(await sent()).to.deep.equal(['hellob', 'hellob'])
  })

  it('take the new one also where they were about to begin', async () => {
    const [reloads, replaced] = [lines(isReloaded), lines(isReplaced)]
    const [victim = 0] = (await gateway.pids()) as Iterable<number>
    process.kill(victim, 'SIGKILL')
    await gateway.configure(letter('f'))
    await until(() => lines(isReloaded) > reloads && lines(isReplaced) > replaced)
    expect(await sent()).to.deep.equal(['hellof', 'hellof'])
  })

  it('do so on "tapline reload", and say what takes a restart', async () => {
    const before = lines(isReloaded)
    await gateway.configure({ ...letter('e'), server: { workers: 3 } })
    await until(() => lines(isReloaded) > before)
    expect((await tapline(gateway.folder, 'reload')).code).to.equal(0)
    await until(() => lines(isReloaded) > before + 1)
    expect(await sent()).to.deep.equal(['helloe', 'helloe'])
    expect(lines(({ msg }) => msg === 'server.workers stays 2; 3 needs a restart')).to.be.within(1, 2)
  })
})

describe('workers that die as soon as they serve', function () {
  this.timeout(180_000)

  it('are replaced, until it is clear that none will last; then the program ends and says why', async () => {
    await using gateway = await Workers.start(
      { pipelines: { chat: [{ insert: './dying.ts', after: 'auth' }] } },
      {
        'dying.ts': `import cluster from 'node:cluster'
import { definePlugin } from 'tapline'
export default definePlugin({ name: 'dying', setup: () => ({ start() { setInterval(() => { if (cluster.worker.state === 'listening') process.exit(3) }, 20) }, request() {} }) })`,
      },
    )
    expect((await gateway.program.ended).code).to.equal(1)
    const [last] = gateway.program.log.filter(({ level }) => level === 60)
    expect(String(last?.['msg'])).to.equal('nobody serves any more')
    expect(gateway.program.log.filter(({ msg }) => /a worker died: it ended with 3/.test(String(msg))).length).to.be.at.least(4)
  })
})

describe('one process', function () {
  this.timeout(180_000)

  it('serves by itself', async () => {
    await using gateway = await Workers.start({ server: { workers: 1 } })
    expect((await gateway.call()).pid).to.equal(gateway.program.process.pid)
    expect(gateway.program.log.find(({ url }) => url !== undefined)).to.not.have.property('workers')
  })

  it('says in each line of its log once which process it is', async () => {
    await using gateway = await Workers.start({ server: { workers: 1 } })
    const lines = gateway.program.stdout.split('\n').filter(line => line.startsWith('{'))
    expect(lines.map(line => line.split('"pid":').length)).to.deep.equal(lines.map(() => 2))
  })
})

describe('workers that cannot begin', function () {
  this.timeout(180_000)
  const away = { type: 'postgresql', postgresql: { url: 'postgresql://127.0.0.1:1/t' } }
  const cases = {
    'for a value that is wrong': [{ server: { linger: 1 } }, 78, /server\/linger/g],
    'for a plugin that cannot be set up': [{ pipelines: { chat: [{ insert: './throwing.ts', after: 'auth' }] } }, 78, /cannot be set up: no/g],
    'for a database that cannot be shared': [{ storage: { sqlite: { path: ':memory:' } } }, 78, /server\.workers/g],
    'for media that cannot be shared': [{ media: { type: 'memory' } }, 78, /server\.workers/g],
    'for a database that is away': [{ storage: away }, 1, /^tapline: postgresql cannot begin: PostgreSQL: /gm],
    'for a database that is away, where one process serves,': [
      { server: { workers: 1 }, storage: away },
      1,
      /^tapline: postgresql cannot begin: PostgreSQL: /gm,
    ],
    'for a plugin that ends its process': [{ pipelines: { chat: [{ insert: './ending.ts', after: 'auth' }] } }, 1, /a worker died before it served/g],
    'for a port that is taken': [{ server: { port: 1, host: '203.0.113.1', allow_open: true } }, 1, /EADDRNOTAVAIL|EACCES/g],
  } as const
  const files = {
    'throwing.ts': "import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'throwing', setup() { throw new Error('no') } })",
    'ending.ts': "import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'ending', setup() { process.exit(5) } })",
  }
  for (const [why, [config, code, words]] of Object.entries(cases)) {
    it(`${why} are told of once, and the program ends with ${code}`, async () => {
      await using gateway = await Workers.run(config, files)
      const ended = await gateway.program.ended
      expect(ended.code, ended.stderr).to.equal(code)
      expect(ended.stderr.match(words), ended.stderr).to.have.length(1)
      if (!/cannot be shared/.test(why)) return
      const checked = await tapline(gateway.folder, 'check')
      expect([checked.code, checked.stderr]).to.deep.equal([78, ended.stderr])
    })
  }
})

function isReplaced({ msg }: Readonly<Record<string, unknown>>): boolean {
  return msg === 'a new worker serves'
}

/** The calls that were answered well, by the metrics page. */
async function answersCounted(gateway: Workers): Promise<number> {
  const { text } = await gateway.send('GET', '/metrics')
  const counts = [...text.matchAll(/^tapline_requests_total\{.*status_code="200".*\} (\d+)$/gm)].map(([, count]) => Number(count))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** What the provider was asked. */
function sentTo({ upstream }: Workers) {
  return upstream.requests.map(
    ({ body }) => JSON.parse(body.toString()) as { readonly model: string; readonly messages: readonly { readonly content: string }[] },
  )
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
