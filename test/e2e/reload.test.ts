import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { stringify } from 'yaml'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { refusedUrl } from '../../core/testing/port.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { configuration, hello, helloStream, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

interface Life {
  readonly letter: string
  readonly what: 'set up' | 'started' | 'closed'
}

/** Adds its letter to every prompt, and tells of its life. */
const lettered = (version = '') => `
import { definePlugin } from 'tapline'
const lives = globalThis[Symbol.for('tapline.test.lives')]
export default definePlugin({
  name: 'lettered',
  schema: { type: 'object', properties: { letter: { type: 'string' } }, required: ['letter'] },
  setup({ options: { letter } }) {
    lives.push({ letter, what: 'set up' })
    return {
      prompt: ({ conversation }) => { conversation.rewrite(text => text + letter + '${version}') },
      stream: { text: text => text + letter + '${version}' },
      close: () => { lives.push({ letter, what: 'closed' }) },
    }
  },
})
`
const lives: Life[] = ((globalThis as Record<symbol, unknown>)[Symbol.for('tapline.test.lives')] = [] as Life[])
/** Tells when its work begins. */
const starting = `
import { definePlugin } from 'tapline'
const lives = globalThis[Symbol.for('tapline.test.lives')]
export default definePlugin({
  name: 'starting',
  schema: { type: 'object', properties: { letter: { type: 'string' }, fails: { type: 'boolean', default: false } }, required: ['letter'] },
  setup: ({ options: { letter, fails } }) => ({
    start() {
      lives.push({ letter, what: 'started' })
      if (fails) throw new Error('it cannot begin')
    },
  }),
})
`
/** A provider of a file of its own. */
const ownProvider = (path = '/chat/completions') => `
import { defineProvider } from 'tapline'
export default defineProvider({ name: 'own', needs: ['base_url'], dialects: ['openai-chat'], operations: { chat: 'POST ${path}', models: 'GET /models' } })
`
const throwing = `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'throwing', setup() { throw new Error('no luck') } })`

const withLetter = (letter: string) => ({ pipelines: { chat: [{ insert: { use: './lettered.ts', options: { letter } }, before: 'retry' }] } })
const asked = (served: Served, n = -1) =>
  (JSON.parse(served.upstream.requests.at(n)?.body.toString() ?? '') as { messages: { content: string }[] }).messages[0]?.content

describe('a reload', () => {
  let served: Served
  let clock: TurnedClock
  const start = async (config: object = withLetter('a')) => {
    lives.length = 0
    clock = new TurnedClock()
    served = await Served.start({
      clock,
      files: { 'lettered.ts': lettered(), 'starting.ts': starting, 'throwing.ts': throwing, 'own.ts': ownProvider() },
      config: config as Record<string, unknown>,
    })
    served.upstream.always(({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream ? { chunks: chatChunks({ pieces: ['x'] }) } : { body: chatCompletion() },
    )
  }
  const reload = async (config: object | string) => {
    await served.gateway.configure(typeof config === 'string' ? config : configuration(config as Record<string, unknown>, served.completions))
    return await served.gateway.gateway.reload()
  }
  afterEach(() => served.close())

  it('takes a new configuration over', async () => {
    await start()
    await served.chat()
    expect(asked(served)).to.equal('helloa')
    expect(await reload(withLetter('b'))).to.equal(true)
    await served.chat()
    expect(asked(served)).to.equal('hellob')
  })

  it('says what of the new configuration is left out, and what is worth a warning', async () => {
    await start()
    const before = served.gateway.log.length
    const providers = { keyless: { type: 'openai', api_key: '${NO_SUCH_KEY}' }, broken: { type: 'openai-compatible', base_url: 'ftp://a.example' } }
    expect(await reload({ providers })).to.equal(true)
    const said = served.gateway.log
      .slice(before)
      .flatMap(({ level, msg }) => (/keyless is not registered|broken is left out/.exec(String(msg)) ?? []).map(name => [level, name]))
    expect(said).to.deep.equal([
      [40, 'keyless is not registered'],
      [50, 'broken is left out'],
    ])
  })

  it('lets what runs finish on the configuration that it began with', async () => {
    await start()
    const gate = new Gate()
    served.upstream.reply({ chunks: chatChunks({ pieces: ['x', 'y'] }), gates: { beforeChunk: { 2: gate } } })
    const running = served.open('POST', '/v1/chat/completions', helloStream)
    await gate.reached
    expect(await reload({ pipelines: { chat: 'off' } })).to.equal(true)
    expect((await served.chat()).status).to.equal(404)
    expect(lives).to.deep.equal([{ letter: 'a', what: 'set up' }])
    gate.open()
    expect(await (await running).body.text()).to.match(/"xa"[^]*"ya"[^]*\[DONE\]/)
    await until(() => lives.length === 2)
    expect(lives[1]).to.deep.equal({ letter: 'a', what: 'closed' })
  })

  it('keeps what did not change, and closes what did', async () => {
    await start()
    expect(await reload({ ...withLetter('a'), failover: { enabled: false } })).to.equal(true)
    expect(lives).to.deep.equal([{ letter: 'a', what: 'set up' }])
    expect(await reload(withLetter('b'))).to.equal(true)
    await until(() => lives.length === 3)
    expect(lives).to.deep.equal([
      { letter: 'a', what: 'set up' },
      { letter: 'b', what: 'set up' },
      { letter: 'a', what: 'closed' },
    ])
  })

  it("loads a plugin's file anew if it changed", async () => {
    await start()
    await writeFile(join(served.gateway.directory, 'lettered.ts'), lettered('!'))
    expect(await reload(withLetter('a'))).to.equal(true)
    await served.chat()
    expect(asked(served)).to.equal('helloa!')
    await until(() => lives.length === 3)
  })

  it('keeps the connections of a provider that did not change', async () => {
    await start()
    await served.chat()
    expect(await reload(withLetter('b'))).to.equal(true)
    await served.chat()
    expect(served.upstream.connections).to.equal(1)
  })

  it('follows a provider that moved', async () => {
    await start({ providers: { moving: { type: 'openai-compatible', base_url: 'http://127.0.0.1:1/v1', models: ['m'] } } })
    await using other = await Served.start()
    other.upstream.always({ body: chatCompletion({ content: 'here' }) })
    expect(await reload({ providers: { moving: { type: 'openai-compatible', base_url: other.upstream.url, models: ['m'] } } })).to.equal(true)
    expect((await served.chat({ ...hello, model: 'moving/m' })).body.toString()).to.include('here')
  })

  describe('with a provider of a file of its own', () => {
    const withOwn = () => ({ providers: { mine: { type: './own.ts', base_url: served.upstream.url } } })
    const mine = () => served.gateway.gateway.current.providers.get('mine')
    const toMine = { ...hello, model: 'mine/gpt-test' }
    /** Instances that do not stand on what each configuration makes anew. */
    const kept = () =>
      [...served.gateway.gateway.current.instances.values()].filter(
        ({
          spec: {
            definition: { needs = [], wants = [] },
          },
        }) => ![...needs, ...wants].some(need => ['variants', 'knownPlugins', 'workflows', 'guardrails'].includes(need)),
      )
    beforeEach(async () => {
      await start({})
      expect(await reload(withOwn())).to.equal(true)
    })

    it('keeps it and its connections under load, and loses no call', async () => {
      const [first, atStart] = [mine(), kept()]
      const connections = async () => {
        await served.chat(toMine)
        return served.upstream.connections
      }
      const atFirst = await connections()
      const answers: number[] = []
      const over = new AbortController()
      const caller = async () => {
        while (!over.signal.aborted) answers.push((await served.chat(toMine)).status)
      }
      const callers = [caller(), caller()]
      for (let i = 0; i < 20; i++) {
        const blankLines = '\n'.repeat(i)
        expect(await reload(blankLines + stringify(configuration(withOwn(), served.completions)))).to.equal(true)
        expect(mine()).to.equal(first)
      }
      await until(() => answers.length > 20)
      over.abort()
      await Promise.all(callers)
      expect(new Set(answers)).to.deep.equal(new Set([200]))
      expect(served.upstream.connections).to.be.at.most(atFirst + 1)
      expect(kept()).to.deep.equal(atStart)
    })

    it('makes it anew if the file changed', async () => {
      const first = mine()
      await writeFile(join(served.gateway.directory, 'own.ts'), ownProvider('/elsewhere'))
      expect(await reload(withOwn())).to.equal(true)
      expect(mine()).to.not.equal(first)
      await served.chat(toMine)
      expect(served.upstream.requests.at(-1)?.path).to.equal('/v1/elsewhere')
    })
  })

  describe('has a plugin begin its work', () => {
    const withStarting = (letter: string, ...more: readonly object[]) => ({
      pipelines: { chat: [{ insert: { use: './starting.ts', options: { letter } }, before: 'retry' }, ...more] },
    })
    const started = () => lives.filter(({ what }) => what === 'started').map(({ letter }) => letter)

    it('once, when its configuration takes over', async () => {
      await start(withStarting('a'))
      expect(started()).to.deep.equal(['a'])
      expect(await reload({ ...withStarting('a'), failover: { enabled: false } })).to.equal(true)
      expect(started()).to.deep.equal(['a'])
      expect(await reload(withStarting('b'))).to.equal(true)
      expect(started()).to.deep.equal(['a', 'b'])
    })

    it('not if its configuration is refused', async () => {
      await start()
      expect(await reload(withStarting('c', { insert: './throwing.ts', after: 'starting' }))).to.equal(false)
      expect(started()).to.deep.equal([])
    })

    it('and serves although one cannot', async () => {
      await start()
      expect(await reload({ pipelines: { chat: [{ insert: { use: './starting.ts', options: { letter: 'd', fails: true } }, before: 'retry' }] } })).to.equal(
        true,
      )
      expect((await served.chat()).status).to.equal(200)
      expect(served.gateway.log.some(line => line['plugin'] === 'starting' && line['msg'] === 'a plugin could not begin its work')).to.equal(true)
    })
  })

  for (const [setting, values, said] of [
    ['port', [9, 10], ['server.port stays 8080; 9 needs a restart', 'server.port stays 8080; 10 needs a restart']],
    ['pid_file', ['other.pid'], ['server.pid_file stays what it is by default; other.pid needs a restart']],
    ['host', ['0.0.0.0'], ['server.host stays what it is by default; 0.0.0.0 needs a restart']],
  ] as const) {
    it(`says that it stays: ${setting}`, async () => {
      await start()
      for (const value of values) expect(await reload({ server: { [setting]: value } })).to.equal(true)
      expect(served.gateway.log.map(line => String(line['msg'])).filter(line => line.includes('needs a restart'))).to.deep.equal(said)
    })
  }

  for (const [name, bad] of [
    ['is no YAML', 'pipelines: ['],
    ['names no plugin that is there', { pipelines: { chat: [{ insert: './none.ts', after: 'auth' }] } }],
    ['has a plugin that cannot be set up', { pipelines: { chat: [{ insert: './throwing.ts', after: 'auth' }] } }],
    ['has unknown members', { nonsense: true }],
  ] as const) {
    it(`changes nothing if the file ${name}, and says so once`, async () => {
      await start()
      const before = served.gateway.gateway.current
      expect(await reload(bad)).to.equal(false)
      expect(served.gateway.gateway.current).to.equal(before)
      await served.chat()
      expect(asked(served)).to.equal('helloa')
      const said = served.gateway.log.filter(line => line['event'] === 'reload_failed')
      expect(said).to.have.length(1)
      expect(said[0]?.['problems']).to.be.an('array').that.has.length(1)
      expect(String(said[0]?.['problems'])).to.include('tapline.yaml')
      expect(lives).to.deep.equal([{ letter: 'a', what: 'set up' }])
    })
  }

  it('undoes what a bad configuration had set up already', async () => {
    await start()
    expect(await reload({ pipelines: { chat: [...withLetter('b').pipelines.chat, { insert: './throwing.ts', after: 'lettered' }] } })).to.equal(false)
    expect(lives.slice(1)).to.deep.equal([
      { letter: 'b', what: 'set up' },
      { letter: 'b', what: 'closed' },
    ])
  })

  it('says every problem of a bad file', async () => {
    await start()
    expect(await reload({ pipelines: { chat: [{ remove: 'retri' }, { remove: 'usge' }], embeddings: [{ remove: 'x' }] } })).to.equal(false)
    const [said] = served.gateway.log.filter(line => line['event'] === 'reload_failed')
    expect(said?.['problems']).to.have.length(3)
  })

  it('waits for the one before it', async () => {
    await start()
    expect(await Promise.all([reload(withLetter('b')), served.gateway.gateway.reload(), served.gateway.gateway.reload()])).to.deep.equal([true, true, true])
    await served.chat()
    expect(asked(served)).to.equal('hellob')
  })

  it('a thousand times under load, every other one bad, loses no request and leaves nothing behind', async () => {
    await start()
    const { gateway } = served.gateway
    const pendingAtFirst = clock.pending
    const generations: WeakRef<object>[] = []
    const wrong: string[] = []
    let calls = 0
    const over = new AbortController()
    const caller = async (isStream: boolean) => {
      while (!over.signal.aborted) {
        const { status, body } = await served.chat(isStream ? helloStream : hello)
        calls += 1
        if (status !== 200 || (isStream && !body.toString().endsWith('data: [DONE]\n\n'))) wrong.push(`${status} ${body.toString().slice(0, 200)}`)
        served.upstream.requests.length = 0
        served.completions.all.length = 0
      }
    }
    const callers = Array.from({ length: 6 }, (_, i) => caller(i % 2 === 0))
    const good = ['a', 'b', 'c'].map(letter => configuration(withLetter(letter), served.completions))
    const bad = [
      'pipelines: [',
      configuration({ pipelines: { chat: [{ remove: 'retri' }] } }, served.completions),
      configuration({ pipelines: { chat: [...withLetter('z').pipelines.chat, { insert: './throwing.ts', after: 'lettered' }] } }, served.completions),
    ]
    let heapBytes = 0
    for (let i = 0; i < 1_000; i++) {
      const isGood = i % 2 === 0
      await served.gateway.configure((isGood ? good : bad)[Math.floor(i / 2) % 3] as string)
      expect(await gateway.reload()).to.equal(isGood)
      generations.push(new WeakRef(gateway.current))
      if (i === 399) heapBytes = heapAfterCollection(served)
    }
    over.abort()
    await Promise.all(callers)
    await until(() => gateway.current.inFlight === 0)
    const setUp = lives.filter(({ what }) => what === 'set up').length
    await until(() => lives.filter(({ what }) => what === 'closed').length === setUp - 1)

    expect(wrong).to.deep.equal([])
    expect(calls).to.be.above(100)
    expect(setUp).to.be.above(500)
    expect(clock.pending).to.equal(pendingAtFirst)
    expect(served.upstream.connections).to.be.below(50)
    const grown = heapAfterCollection(served) - heapBytes
    expect(new Set(generations.flatMap(generation => generation.deref() ?? [])).size).to.be.at.most(3)
    expect(grown).to.be.below(8 << 20)
    // Here, where there is time: the records of all calls are still to be stored.
    await served.close()
  }).timeout(900_000)
})

function heapAfterCollection(served: Served): number {
  ;(served.gateway.log as unknown[]).length = 0
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

describe('readiness after a reload', () => {
  it('says nothing of what is configured no more', async () => {
    const clock = new TurnedClock()
    const url = (await refusedUrl()).replace('http:', 'redis:').replace('/v1', '/0')
    await using served = await Served.start({ clock, config: { cache: { response: { simple: { redis: { url } } } } } })
    const ready = async () => JSON.parse((await served.call('GET', '/health/ready')).body.toString()) as object
    expect(await ready()).to.deep.include({ status: 'degraded' })
    await served.gateway.configure(configuration({}, served.completions))
    expect(await served.gateway.gateway.reload()).to.equal(true)
    clock.advance(1_001)
    expect(await ready()).to.deep.equal({ status: 'ready', checks: { storage: 'ok', usage: 'ok', audit: 'ok' } })
  })
})
