/** Keeps metrics of every request, offers the service `meter` to the other plugins, and serves the page that Prometheus reads. */

import { definePlugin, Reply, type Exchange } from '../../core/index.ts'
import { answerFor, pageOf } from './page.ts'
import { PolicyMetrics } from './policy-metrics.ts'
import { measureProcess } from './process-metrics.ts'
import { PrometheusMeter } from './prometheus-meter.ts'
import { RequestMetrics } from './request-metrics.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'metrics',
  description: 'Keeps metrics, and serves them to Prometheus.',
  schema,
  provides: 'meter',
  wants: ['processes'],
  edits: false,
  async setup({ options, services: { processes } }) {
    const client = await import('prom-client')
    const registry = new client.Registry()
    const meter = new PrometheusMeter(registry, options.prefix)
    const metrics = new RequestMetrics(meter)
    const policy = new PolicyMetrics(meter)
    const stopMeasuring = measureProcess(client, registry, options.prefix)
    const page = ({ operation }: Exchange) => (operation === 'metrics' ? render() : undefined)
    const render = async () =>
      new Reply({ status: 200, headers: ['Content-Type', registry.contentType], body: Buffer.from(await pageOf(registry, processes, client)) })
    let withdraw: (() => void) | undefined

    return {
      service: meter,
      ...(options.require_auth ? { route: page } : {}),
      request(exchange) {
        policy.begun(exchange)
        return options.require_auth ? undefined : page(exchange)
      },
      attempt: (exchange, attempt) => metrics.started(exchange, attempt),
      complete(exchange) {
        metrics.ended(exchange)
        policy.ended(exchange)
      },
      start() {
        withdraw = answerFor(registry, processes)
      },
      close() {
        withdraw?.()
        stopMeasuring()
        registry.clear()
      },
    }
  },
})
