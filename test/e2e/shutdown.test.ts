import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { access, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { request } from 'undici'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { freePort } from '../../core/testing/port.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { openSocket, readToEnd } from '../support/raw-http.ts'
import { Folder, tapline, Tapline } from '../support/run-tapline.ts'
import { hello, helloStream } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'
import { until } from '../support/until.ts'

const key = { authorization: 'Bearer sk-master', 'content-type': 'application/json' }
const shutdown = (members: object = {}) => ({ server: { master_key: 'sk-master', pid_file: 'tapline.pid', shutdown: members } })

async function chat(url: string, body: object): Promise<{ status: number; text: string }> {
  const answer = await request(`${url}/v1/chat/completions`, { method: 'POST', headers: key, body: JSON.stringify(body), headersTimeout: 0, bodyTimeout: 0 })
  return { status: answer.statusCode, text: await answer.body.text() }
}

describe('the program', () => {
  let upstream: ScriptedUpstream
  let folder: Folder
  let program: Tapline

  const start = async (config: object, args: readonly string[] = []) => {
    await folder.write('tapline.yaml', config)
    program = new Tapline(folder, ['--port', String(await freePort()), ...args], {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: upstream.url,
      OPENAI_MODELS: 'gpt-test',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      COMPAT_WARN: 'false',
    })
    return await program.url()
  }

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start({ models: ['gpt-test'] })
    folder = await Folder.make()
  })
  afterEach(async () => {
    await program?.[Symbol.asyncDispose]()
    await upstream.close()
    await folder[Symbol.asyncDispose]()
  })

  describe('whose log nobody takes', () => {
    const places: readonly (readonly [what: string, through: readonly string[]])[] = [
      ['as the disk is full', ['sh', '-c', 'exec "$@" > /dev/full', 'sh']],
      ['as there is no reader', ['sh', '-c', 'exec "$@" >&-', 'sh']],
    ]
    for (const [what, through] of places) {
      it(`answers, and ends when it is told to: ${what}`, async function () {
        if (process.platform !== 'linux') this.skip() // /dev/full
        await folder.write('tapline.yaml', shutdown())
        const port = await freePort()
        const env = { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: upstream.url, OPENAI_MODELS: 'gpt-test' }
        program = new Tapline(folder, ['--port', String(port)], env, undefined, through)
        let isServing = false
        await until(() => {
          void request(`http://127.0.0.1:${port}/health`).then(
            ({ body }) => {
              isServing = true
              return body.dump()
            },
            () => {},
          )
          return isServing
        })
        for (let n = 0; n < 20; n++) program.kill('SIGHUP')
        upstream.always({ body: chatCompletion() })
        expect((await chat(`http://127.0.0.1:${port}`, hello)).status).to.equal(200)
        program.kill('SIGTERM')
        expect((await program.ended).code).to.equal(0)
      })
    }

    it('ends when it is told to just after its reader has gone', async () => {
      const url = await start(shutdown())
      upstream.always({ body: chatCompletion() })
      expect((await chat(url, hello)).status).to.equal(200)
      program.process.stdout?.destroy()
      program.kill('SIGTERM')
      expect((await program.ended).code).to.equal(0)
    })
  })

  describe('on SIGTERM', () => {
    it('loses no request under load, finishes its streams, and exits with 0', async () => {
      const url = await start(shutdown())
      const gate = new Gate()
      upstream.always(({ body }) =>
        (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
          ? { chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: gate } } }
          : { body: chatCompletion({ content: 'done' }), gates: { beforeHeaders: gate } },
      )
      const calls = Array.from({ length: 40 }, (_, i) => chat(url, i % 2 === 0 ? hello : helloStream))
      await upstream.received(40)
      program.kill('SIGTERM')
      await program.said(({ msg }) => /finishing what runs/.test(String(msg)))
      gate.open()
      const answers = await Promise.all(calls)
      expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 40 }, () => 200))
      for (const [i, { text }] of answers.entries()) expect(text).to.match(i % 2 === 0 ? /"done"/ : /data: \[DONE\]\n\n$/)
      const { code } = await program.ended
      expect(code).to.equal(0)
      expect(program.log.some(({ msg }) => msg === 'stopped')).to.equal(true)
      expect(
        await access(join(folder.path, 'tapline.pid')).then(
          () => true,
          () => false,
        ),
      ).to.equal(false)
    })

    it('does so from its first answer on, even before its pid file is written', async () => {
      const [port, pidFile] = [await freePort(), join(folder.path, 'tapline.pid')]
      // A pipe: whoever writes waits for a reader.
      await promisify(execFile)('mkfifo', [pidFile])
      await folder.write('tapline.yaml', shutdown())
      program = new Tapline(folder, ['--port', String(port)])
      const health = () => request(`http://127.0.0.1:${port}/health`).catch(() => undefined)
      await until(async () => (await health())?.statusCode === 200)
      program.kill('SIGTERM')
      await program.said(({ msg }) => msg === 'stopped')
      expect(await readFile(pidFile, 'utf8')).to.equal(`${program.process.pid}\n`)
      expect(await program.ended).to.include({ code: 0 })
    })

    it('serves what still arrives on an open socket, and says there that it is not ready', async () => {
      const url = await start(shutdown())
      const gate = new Gate()
      upstream.always({ body: chatCompletion({ content: 'first' }), gates: { beforeHeaders: gate } })
      const text = JSON.stringify(hello)
      const socket = await openSocket(url)
      socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: ${key.authorization}\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
      await upstream.received()
      program.kill('SIGTERM')
      await program.said(({ msg }) => /finishing what runs/.test(String(msg)))
      socket.write('GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n')
      gate.open()
      const said = (await readToEnd(socket)).toString()
      expect(said).to.match(/^HTTP\/1\.1 200 [^]*"first"[^]*HTTP\/1\.1 503 [^]*connection: close[^]*"not_ready"/i)
      expect((await program.ended).code).to.equal(0)
    })

    it('says that it is not ready, and goes on serving, while it lingers', async () => {
      const url = await start(shutdown({ linger: '1m' }))
      upstream.always({ body: chatCompletion() })
      program.kill('SIGTERM')
      await program.said(({ msg }) => /finishing what runs/.test(String(msg)))
      const ready = await request(`${url}/health/ready`)
      expect(ready.statusCode).to.equal(503)
      expect(ready.headers.connection).to.equal('close')
      expect(await ready.body.json()).to.deep.include({ status: 'not_ready' })
      expect((await request(`${url}/health`)).statusCode).to.equal(200)
      expect((await chat(url, hello)).status).to.equal(200)
    })

    it('ends once it has lingered', async () => {
      await start(shutdown({ linger: '200ms' }))
      program.kill('SIGTERM')
      expect((await program.ended).code).to.equal(0)
    })

    it('accepts no new connections', async () => {
      const url = await start(shutdown())
      const gate = new Gate()
      upstream.always({ body: chatCompletion(), gates: { beforeHeaders: gate } })
      const call = chat(url, hello)
      await upstream.received()
      program.kill('SIGTERM')
      await program.said(({ msg }) => /finishing what runs/.test(String(msg)))
      expect(
        await openSocket(url).then(
          socket => {
            socket.destroy()
            return 'connected'
          },
          (cause: { code: string }) => cause.code,
        ),
      ).to.equal('ECONNREFUSED')
      gate.open()
      expect((await call).status).to.equal(200)
      expect((await program.ended).code).to.equal(0)
    })

    it('does not wait for connections on which nothing runs', async () => {
      const url = await start(shutdown())
      const idle = await openSocket(url)
      const used = await openSocket(url)
      used.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
      await once(used, 'data')
      program.kill('SIGTERM')
      expect((await program.ended).code).to.equal(0)
      idle.destroy()
      used.destroy()
    })

    it('cuts what has not finished when the drain time is over, and exits with 1', async () => {
      const url = await start(shutdown({ drain_timeout: '300ms' }))
      upstream.reply({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: new Gate() } } }, { silent: true })
      const stream = await request(`${url}/v1/chat/completions`, { method: 'POST', headers: key, body: JSON.stringify(helloStream) })
      const plain = chat(url, hello)
      await upstream.received(2)
      program.kill('SIGTERM')
      const { errors, dones, texts } = streamTexts(await stream.body.text())
      expect(errors.map(({ code }) => code)).to.deep.equal(['stream_incomplete'])
      expect({ dones, texts }).to.deep.equal({ dones: 0, texts: { '0/content': 'a' } })
      expect(await plain).to.include({ status: 502 })
      for (const received of upstream.requests) await received.aborted
      const { code } = await program.ended
      expect(code).to.equal(1)
      const cut = program.log.find(({ msg }) => /drain time is over/.test(String(msg)))
      expect(cut).to.include({ in_flight: 2 })
      const requests = cut?.['requests'] as readonly { readonly request_id: string; readonly route: string }[]
      expect(requests.map(({ route }) => route)).to.deep.equal(['POST /v1/chat/completions', 'POST /v1/chat/completions'])
      expect(requests.map(({ request_id: id }) => id)).to.include(stream.headers['x-request-id'])
    })

    it('cuts in the same way what began before the configuration was read anew, and names it first', async () => {
      const url = await start(shutdown({ drain_timeout: '300ms' }))
      upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: new Gate() } } })
      const open = () => request(`${url}/v1/chat/completions`, { method: 'POST', headers: key, body: JSON.stringify(helloStream) })
      const before = await open()
      program.kill('SIGHUP')
      await program.said(({ msg }) => msg === 'configuration reloaded')
      const after = await open()
      program.kill('SIGTERM')
      for (const stream of [before, after]) {
        const { errors, dones } = streamTexts(await stream.body.text())
        expect({ codes: errors.map(({ code }) => code), dones }).to.deep.equal({ codes: ['stream_incomplete'], dones: 0 })
      }
      expect((await program.ended).code).to.equal(1)
      const { requests } = program.log.find(({ msg }) => /drain time is over/.test(String(msg))) as unknown as {
        readonly requests: readonly { readonly request_id: string }[]
      }
      expect(requests.map(({ request_id: id }) => id)).to.deep.equal([before, after].map(({ headers }) => headers['x-request-id']))
    })

    for (const second of ['SIGTERM', 'SIGINT'] as const) {
      it(`and again (${second}) exits at once`, async () => {
        const url = await start(shutdown())
        upstream.always({ silent: true })
        const call = chat(url, hello).catch((cause: unknown) => cause)
        await upstream.received()
        program.kill('SIGTERM')
        await program.said(({ msg }) => /finishing what runs/.test(String(msg)))
        program.kill(second)
        expect((await program.ended).code).to.equal(1)
        expect(await call).to.be.instanceOf(Error)
      })
    }
  })

  it('on SIGINT stops, too', async () => {
    await start(shutdown())
    program.kill('SIGINT')
    expect((await program.ended).code).to.equal(0)
  })

  describe('reloads', () => {
    const off = { ...shutdown(), pipelines: { embeddings: 'off' } }
    const isReloaded = ({ msg }: Readonly<Record<string, unknown>>) => msg === 'configuration reloaded'
    const embeddings = async (url: string) => (await request(`${url}/v1/embeddings`, { method: 'POST', headers: key, body: '{}' })).statusCode

    it('on SIGHUP', async () => {
      const url = await start(shutdown(), ['--set', 'plugins.enabled=true'])
      expect(await embeddings(url)).to.equal(400)
      await folder.write('tapline.yaml', off)
      program.kill('SIGHUP')
      await program.said(isReloaded)
      await until(() => program.log.some(isReloaded))
      expect(await embeddings(url)).to.equal(404)
    })

    it('once it serves, on SIGHUP while it begins', async () => {
      const hangingUp = `import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'hanging-up',
  setup: () => ({
    open() {
      if (!globalThis.hungUp) process.kill(process.pid, 'SIGHUP')
      globalThis.hungUp = true
    },
  }),
})`
      await folder.write('hanging-up.ts', hangingUp)
      const url = await start({ ...shutdown(), pipelines: { chat: [{ insert: { use: './hanging-up.ts' }, before: 'retry' }] } })
      await program.said(isReloaded)
      expect(await embeddings(url)).to.equal(400)
    })

    it('when its file changes', async () => {
      const url = await start(shutdown())
      await program.said(({ msg }) => /listens on/.test(String(msg)))
      await folder.write('tapline.yaml', off)
      await program.said(isReloaded)
      expect(await embeddings(url)).to.equal(404)
    })

    for (const command of ['reload', '--reload', '-reload'])
      it(`by ${command}, once the configuration is found good`, async () => {
        const url = await start(shutdown())
        await folder.write('tapline.yaml', off)
        const { code, stdout } = await tapline(folder, command)
        expect(stdout).to.match(/asked process \d+ to reload/)
        expect(code).to.equal(0)
        await program.said(isReloaded)
        expect(await embeddings(url)).to.equal(404)
      })

    it('not at all, if the configuration is bad', async () => {
      const url = await start(shutdown())
      await folder.write('tapline.yaml', { ...off, nonsense: 1 })
      const { code, stderr } = await tapline(folder, 'reload')
      expect(code).to.equal(78)
      expect(stderr).to.match(/tapline\.yaml:\d+:\d+ .*nonsense/)
      expect(await embeddings(url)).to.equal(400)
    })

    it('not at all, if nothing runs', async () => {
      await folder.write('tapline.yaml', off)
      const { code, stderr } = await tapline(folder, 'reload')
      expect(code).to.equal(1)
      expect(stderr).to.match(/no gateway runs here/)
    })
  })

  describe('with a bad configuration', () => {
    const bad = 'server:\n  prot: 1\nresilience:\n  retry:\n    max_retries: many\npipelines:\n  chat:\n    - remove: retry\n'

    it('exits with 78, and says every problem', async () => {
      await folder.write('tapline.yaml', bad)
      const { code, stderr } = await tapline(folder)
      expect(code).to.equal(78)
      expect(
        stderr
          .trim()
          .split('\n')
          .map(line => /^tapline\.yaml:(\d+):\d+ {2}(\S+)/.exec(line)?.slice(1, 3)),
      ).to.deep.equal([
        ['2', '/server/prot'],
        ['5', '/resilience/retry/max_retries'],
      ])
    })

    it('is told so by "tapline check"', async () => {
      await folder.write('tapline.yaml', bad)
      const { code, stderr } = await tapline(folder, 'check')
      expect(code).to.equal(78)
      expect(stderr).to.include('/server/prot').and.to.include('"port"')
    })

    it('is told so by "tapline check --json"', async () => {
      await folder.write('tapline.yaml', bad)
      const { code, stdout } = await tapline(folder, 'check', '--json')
      expect(code).to.equal(78)
      const problems = JSON.parse(stdout) as { file: string; line: number; column: number; pointer: string; message: string }[]
      expect(problems.map(({ line, pointer }) => [line, pointer])).to.deep.equal([
        [2, '/server/prot'],
        [5, '/resilience/retry/max_retries'],
      ])
      for (const problem of problems) expect(problem).to.include.all.keys('file', 'line', 'column', 'pointer', 'message')
    })
  })

  describe('with a good configuration', () => {
    it('says so on "tapline check"', async () => {
      await folder.write('tapline.yaml', shutdown())
      const { code, stdout } = await tapline(folder, 'check')
      expect(code).to.equal(0)
      expect(stdout).to.match(/tapline\.yaml: ok, \d+ pipelines/)
    })

    it('takes settings from flags, before and behind the command', async () => {
      await folder.write('tapline.yaml', shutdown())
      for (const args of [
        ['--set', 'server.base_path=/a', '--set', 'http.timeout=7', 'config', 'show'],
        ['config', 'show', '--set', 'server.base_path=/a', '--set', 'http.timeout=7'],
      ]) {
        const { stdout } = await tapline(folder, ...args)
        expect(stdout.split('\n')).to.include.members(['server.base_path = "/a"  (flag:--set)', 'http.timeout = 7000  (flag:--set)'])
      }
    })

    it('has nothing to say on "tapline check --json"', async () => {
      await folder.write('tapline.yaml', shutdown())
      const { code, stdout } = await tapline(folder, 'check', '--json')
      expect({ code, said: JSON.parse(stdout) as unknown }).to.deep.equal({ code: 0, said: [] })
    })

    const rule = { type: 'string_replace', config: { rules: 'a => b' } }
    const collecting: readonly [what: string, config: object, warning: RegExp | undefined][] = [
      [
        'a plugin that looks at replies alone',
        { pipelines: { chat: [{ insert: './judge.ts', after: 'auth' }] } },
        /^warning: judge taps "response" and not "stream"/m,
      ],
      [
        'a guardrail that stands on replies alone',
        { guardrails: { rules: [{ ...rule, name: 'late', phase: 'response' }] } },
        /^warning: the guardrail "late" collects streams/m,
      ],
      ['no guardrail that stands on streams, too', { guardrails: { rules: [{ ...rule, name: 'late' }] } }, undefined],
    ]
    for (const [what, config, warning] of collecting) {
      it(`warns of what collects streams: ${what}`, async () => {
        await folder.write('tapline.yaml', { ...shutdown(), ...config })
        await folder.write(
          'judge.ts',
          "import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'judge', setup: () => ({ response() {} }) })",
        )
        const { code, stderr } = await tapline(folder, 'check')
        expect(code).to.equal(0)
        if (warning === undefined) expect(stderr).to.not.match(/streams/)
        else expect(stderr).to.match(warning)
      })
    }
  })

  describe('with a provider that will be left out', () => {
    const own = `import { defineProvider } from 'tapline'\nexport default defineProvider({ name: 'own', dialects: ['openai-chat'], operations: { chat: 'POST /chat' } })`
    const withProvider = async (provider: object) => {
      await folder.write('own.ts', own)
      await folder.write('tapline.yaml', { ...shutdown(), providers: { mine: provider } })
    }

    it('because of its URL, is told so by "tapline check", as of a failure', async () => {
      await withProvider({ type: 'openai', api_key: 'sk-1', base_url: 'ftp://a.example' })
      const { code, stdout, stderr } = await tapline(folder, 'check')
      expect(code).to.equal(78)
      expect(stderr).to.match(/^error: tapline\.yaml:\d+:\d+ {2}\/providers\/mine\/base_url {2}the provider mine is left out: its base_url /m)
      expect(stdout).to.not.include(': ok')
      const asJson = await tapline(folder, 'check', '--json')
      expect(asJson.code).to.equal(78)
      expect((JSON.parse(asJson.stdout) as { pointer: string }[]).map(({ pointer }) => pointer)).to.deep.equal(['/providers/mine/base_url'])
    })

    it('because it cannot be set up, is told why by "tapline check"', async () => {
      await withProvider({ type: './own.ts' })
      const { code, stderr } = await tapline(folder, 'check')
      expect(code).to.equal(0)
      expect(stderr).to.match(
        /^error: tapline\.yaml:\d+:\d+ {2}\/providers\/mine {2}the provider mine is left out: it cannot be set up: providers\.mine has no base_url$/m,
      )
    })

    it('because its type throws, is told where by "tapline check"', async () => {
      await withProvider({ type: './own.ts', base_url: 'https://a.example/v1' })
      await folder.write('own.ts', own.replace(' })', ",\n  resolve() { throw new Error('no region') } })"))
      const { stderr } = await tapline(folder, 'check')
      expect(stderr).to.match(/ {2}the provider mine is left out: it cannot be set up: no region \(\.\/own\.ts:3:21\)$/m)
    })
  })

  for (const [flag, path] of [
    ['--health', '/health'],
    ['--ready', '/health/ready'],
  ] as const) {
    it(`is asked by ${flag} whether ${path} is well`, async () => {
      const url = await start({ server: { ...shutdown().server, base_path: '/gx' } })
      const { port } = new URL(url)
      const asked = await tapline(folder, flag, '--port', port)
      expect(asked).to.include({ code: 0, stdout: flag === '--health' ? 'ok\n' : 'ready\n' })
    })

    it(`is missed by ${flag} when it is not there`, async () => {
      await folder.write('tapline.yaml', shutdown())
      expect((await tapline(folder, flag, '--port', '1')).code).to.equal(1)
    })
  }

  it('is not well where somebody listens who is none', async () => {
    const server = createServer(socket => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const said = await tapline(folder, '--health', '--port', String((server.address() as AddressInfo).port))
    server.close()
    expect(said).to.deep.equal({ code: 1, stdout: 'no answer\n', stderr: '' })
  })

  it('is not asked for what is no time', async () => {
    expect(await tapline(folder, '--ready', '--ready-timeout', '5')).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: 'tapline: --ready-timeout: expected duration such as 500ms, got "5"\n',
    })
  })

  it('exits with 1 where it cannot listen, and says why and what to do', async () => {
    const { port } = new URL(await start(shutdown()))
    const taken = await tapline(folder, '--port', port)
    expect(taken.code).to.equal(1)
    expect(taken.stderr).to.equal(`tapline: cannot listen on port ${port}: another program has it; --port, or server.port, chooses another (EADDRINUSE)\n`)
    expect(taken.stdout, 'what it had begun ends without a word').not.to.include('"err":')
    const elsewhere = await tapline(folder, '--host', '203.0.113.1', '--port', port, '--insecure')
    expect(elsewhere.code).to.equal(1)
    expect(elsewhere.stderr).to.equal(
      `tapline: cannot listen on port ${port} of 203.0.113.1: this machine has no such address; --host, or server.host, chooses another (EADDRNOTAVAIL)\n`,
    )
  })

  it('writes where it can be found', async () => {
    await start(shutdown())
    await until(() => program.log.length > 0)
    expect(Number(await readFile(join(folder.path, 'tapline.pid'), 'utf8'))).to.equal(program.process.pid)
  })

  it('serves the demo, on loopback only, when nothing is configured; and says both', async () => {
    await folder.write('tapline.yaml', { server: { pid_file: '' } })
    program = new Tapline(folder, ['--port', String(await freePort())])
    const url = await program.url()
    expect(program.log.some(({ msg }) => /loopback only/.test(String(msg)))).to.equal(true)
    expect(program.log.some(({ msg }) => /demo answers/.test(String(msg)))).to.equal(true)
    const models = (await (await request(`${url}/v1/models`)).body.json()) as { data: { id: string }[] }
    const { status, text } = await chat(url, { ...hello, model: models.data[0]?.id })
    expect(status).to.equal(200)
    expect(text).to.include('chat.completion')
  })

  for (const flag of ['--version', '-version']) {
    it(`says its version (${flag})`, async () => {
      const { code, stdout } = await tapline(folder, flag)
      expect(code).to.equal(0)
      expect(stdout).to.match(/^tapline \d+\.\d+\.\d+ \(node 24\.[\d.]+, plugin contract \d+\)\n$/)
    })
  }
})
