/** What Prometheus likes to know of a process; read when the page is. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Registry } from 'prom-client'

/** How often the loop is looked at, which is part of what the monitor measures. */
const resolutionMs = 10

type PromClient = typeof import('prom-client')

/** Adds the gauges to a registry. Returns how to stop measuring. */
export function measureProcess({ Gauge, Counter }: PromClient, registry: Registry, prefix: string): () => void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  const gauge = (name: string, help: string, read: () => number, aggregator: 'sum' | 'max' | 'min' = 'sum') =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })

  gauge(
    `${prefix}_event_loop_delay_seconds`,
    'Mean delay of the event loop since the last look.',
    () => {
      const meanMs = Number.isNaN(delay.mean) ? 0 : delay.mean / 1e6
      delay.reset()
      return Math.max(0, meanMs - resolutionMs) / 1000
    },
    'max',
  )
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.', () => Math.round(Date.now() / 1000 - process.uptime()), 'min')
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed)
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system time.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  return () => {
    delay.disable()
  }
}
