import { expect } from 'chai'
import { loadFor } from '../../../core/gateway/loading/load-for.ts'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Collector, collected, observed, only } from '../../support/collector.ts'
import { until } from '../../support/until.ts'
import { configuration, Served, type ServeOptions } from '../../support/serve.ts'

const fine = { body: chatCompletion() }

/** What the gateway says of itself, and how it says it. */
async function visit(settings: object, options: ServeOptions = {}) {
  const collector = await collected(served => served.call('GET', '/version'), settings, options)
  return { collector, span: collector.spans[0], headers: collector.batches[0]?.headers }
}

async function warnings(settings: object): Promise<readonly string[]> {
  await using served = await Served.start({ config: { opentelemetry: { enabled: true, export_timeout_ms: 1, ...settings } } })
  return served.gateway.log.filter(({ level, plugin }) => level === 40 && plugin === 'opentelemetry').map(({ msg }) => String(msg))
}

describe('telemetry on its way to the collector', () => {
  for (const [protocol, type] of [
    ['http/protobuf', 'application/x-protobuf'],
    ['http/json', 'application/json'],
  ] as const) {
    it(`is written as ${type} for ${protocol}`, async () => {
      const { collector, headers } = await visit({ protocol })
      expect(headers?.['content-type']).to.equal(type)
      expect(collector.batches.map(({ path }) => path).toSorted()).to.deep.equal(['/v1/metrics', '/v1/traces'])
      expect(only(collector.spans).name).to.equal('GET /version')
      expect(collector.series.map(({ name }) => name)).to.contain('http.server.request.duration')
    })
  }

  it('may know the gateway by a password in its address, which nobody else is shown', async () => {
    await using collector = await Collector.start()
    const url = collector.url.replace('//', '//me:pass-word@')
    const served = await Served.start(observed({ url }))
    const shown = JSON.stringify((await loadFor({ cwd: served.gateway.directory, env: {}, flags: undefined })).show())
    await served.call('GET', '/version')
    await served.close()
    expect(collector.batches[0]?.headers['authorization']).to.equal(`Basic ${Buffer.from('me:pass-word').toString('base64')}`)
    expect(shown).to.contain('/opentelemetry/endpoint')
    expect(shown + JSON.stringify(served.gateway.log)).to.not.contain('pass-word')
  })

  it('is off by default', async () => {
    await using collector = await Collector.start()
    const served = await Served.start({ config: { opentelemetry: { endpoint: collector.url } } })
    await served.call('GET', '/version')
    await served.close()
    expect(collector.batches).to.deep.equal([])
  })

  for (const [off, left] of [
    ['traces_exporter', 'metrics'],
    ['metrics_exporter', 'traces'],
  ] as const) {
    it(`is only ${left} without the other`, async () => {
      expect((await visit({ [off]: 'none' })).collector.batches.map(({ path }) => path)).to.deep.equal([`/v1/${left}`])
    })
  }

  it('names the gateway, and what else the operator says of it', async () => {
    const { span } = await visit({ service_name: 'edge', resource_attributes: { 'deployment.environment.name': 'prod' } })
    expect(span?.resource).to.include({ 'service.name': 'edge', 'deployment.environment.name': 'prod', 'telemetry.sdk.language': 'nodejs' })
    expect(span?.resource).to.have.all.keys(
      'service.name',
      'service.version',
      'service.instance.id',
      'deployment.environment.name',
      'telemetry.sdk.language',
      'telemetry.sdk.name',
      'telemetry.sdk.version',
    )
  })

  it('is set up by the variables that OpenTelemetry knows, which have no prefix', async () => {
    await using collector = await Collector.start()
    const env = {
      OTEL_ENABLED: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/base/`,
      OTEL_SERVICE_NAME: 'by-variable',
      OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,region=eu',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=abc=,x-other=1',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '1',
      OTEL_PROPAGATORS: 'tracecontext',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      TAPLINE_OTEL_SERVICE_NAME: 'not-read',
    }
    const served = await Served.start({ env })
    await served.call('GET', '/version')
    await served.close()
    const { path, headers } = only(collector.batches)
    expect([path, headers['content-type'], headers['x-token'], headers['x-other']]).to.deep.equal(['/base/v1/traces', 'application/json', 'abc=', '1'])
    expect(collector.spans[0]?.resource).to.include({ 'service.name': 'by-variable', team: 'a b', region: 'eu' })
  })

  it('may go to another address for each signal', async () => {
    await using other = await Collector.start()
    const { collector } = await visit({ traces_endpoint: `${other.url}/own/v1/traces` })
    expect([collector.batches.map(({ path }) => path), other.batches.map(({ path }) => path)]).to.deep.equal([['/v1/metrics'], ['/own/v1/traces']])
  })

  const wrong: readonly [string, object][] = [
    ['endpoint', { endpoint: 'collector:4317' }],
    ['traces_endpoint', { traces_endpoint: 'ftp://x' }],
    ['protocol', { protocol: 'grpc' }],
    ['headers', { headers: 'no-value' }],
    ['resource_attributes', { resource_attributes: 'a=%zz' }],
    ['sampler', { sampler: 'sometimes' }],
    ['sampler_arg', { sampler_arg: 2 }],
    ['propagators', { propagators: ['b3'] }],
    ['traces_exporter', { traces_exporter: 'zipkin' }],
  ]
  for (const [setting, settings] of wrong) {
    it(`is not begun with a wrong ${setting}`, async () => {
      const failed = await visit(settings).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed?.message).to.contain(`/opentelemetry/${setting}`).and.not.contain('no-value')
    })
  }

  const cautions: readonly [string, object, boolean][] = [
    ['http://collector.example:4318', { authorization: 'x' }, true],
    ['https://collector.example', { authorization: 'x' }, false],
    ['http://collector.example:4318', {}, false],
    ['http://127.0.0.1:4318', { authorization: 'x' }, false],
    ['http://localhost:4318', { authorization: 'x' }, false],
    ['http://[::1]:4318', { authorization: 'x' }, false],
    ['http://me:word@collector.example:4318', {}, true],
    ['https://me:word@collector.example', {}, false],
  ]
  for (const [endpoint, headers, isWarned] of cautions) {
    it(`${isWarned ? 'warns' : 'does not warn'} of headers ${JSON.stringify(headers)} to ${endpoint}`, async () => {
      expect((await warnings({ endpoint, headers })).filter(warning => /plain text/.test(warning)).length).to.equal(isWarned ? 1 : 0)
    })
  }
})

describe('a collector that does not answer', () => {
  it('delays neither start nor requests, nor the end by more than its time', async () => {
    const clock = new TurnedClock()
    await using collector = await Collector.start()
    collector.status = undefined
    const served = await Served.start(observed(collector, { span_delay_ms: 1, export_timeout_ms: 5000 }, { clock }))
    served.upstream.always(fine)
    expect((await served.chat()).status).to.equal(200)
    await collector.next()
    expect((await served.chat()).status).to.equal(200)
    let isClosed = false
    const closing = served.close().then(() => {
      isClosed = true
    })
    await until(() => {
      clock.advance(1000)
      return isClosed
    })
    await closing
    expect(
      served.gateway.log.filter(({ plugin }) => plugin === 'opentelemetry'),
      'nobody has waited until it was given up',
    ).to.deep.equal([])
  })

  it('is told of once, and again when it is back', async () => {
    await using collector = await Collector.start()
    collector.status = 400
    const served = await Served.start(observed(collector, { span_delay_ms: 1, metrics_exporter: 'none' }))
    const visit = async () => {
      const come = collector.next()
      await served.call('GET', '/version')
      await come
    }
    await visit()
    await visit()
    collector.status = 200
    await visit()
    await served.close()
    const said = served.gateway.log
      .filter(({ plugin }) => plugin === 'opentelemetry')
      .map(({ level, signal, msg }) => [level, signal, String(msg).slice(0, 26)])
    expect(said).to.deep.equal([
      [40, 'traces', 'the collector takes no tel'],
      [30, 'traces', 'the collector takes teleme'],
    ])
  })
})

describe('a reload', () => {
  it('sends what waits to the old collector, and what follows to the new one', async () => {
    await using before = await Collector.start()
    await using after = await Collector.start()
    const served = await Served.start(observed(before))
    await served.call('GET', '/version')
    const flushed = before.next()
    await served.gateway.configure(configuration(observed(after).config ?? {}, served.completions))
    expect(await served.gateway.gateway.reload()).to.equal(true)
    await flushed
    await served.call('GET', '/v1/models')
    await served.close()
    expect(before.spans.map(({ name }) => name)).to.deep.equal(['GET /version'])
    expect(after.spans.map(({ name }) => name)).to.deep.equal(['GET /v1/models'])
  })

  it('knows the routes of the configuration that it reads', async () => {
    await using collector = await Collector.start()
    const served = await Served.start(observed(collector))
    const { config = {} } = observed(collector)
    await served.gateway.configure(
      configuration(
        { ...config, pipelines: { mine: { extends: 'chat', route: 'POST /mine/:place/chat', operation: 'chat', dialect: 'openai-chat' } } },
        served.completions,
      ),
    )
    await served.gateway.gateway.reload()
    served.upstream.always(fine)
    await served.call('POST', '/mine/here/chat', { model: 'gpt-test', messages: [] })
    await served.close()
    expect(collector.spans.find(({ kind }) => kind === 'SERVER')?.name).to.equal('POST /mine/:place/chat')
  })
})
