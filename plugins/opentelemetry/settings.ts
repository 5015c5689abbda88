/** Reads what the settings say of the collector, and warns of what an operator may not have meant. */

import type { OptionsOf } from '../../core/index.ts'
import { SettingFault } from '../../core/config/problems/setting-fault.ts'
import { isLoopback } from '../../core/networks.ts'
import type { schema } from './schema.ts'

export type Options = OptionsOf<typeof schema>

export type Signal = 'traces' | 'metrics'

export interface Collector {
  readonly urls: Readonly<Record<Signal, URL>>
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: Options['protocol']
  readonly timeoutMs: number
}

/** @throws SettingFault naming what cannot be read */
export function collectorOf(options: Options): Collector {
  const base = addressAt('endpoint', options.endpoint)
  return {
    urls: { traces: addressOf('traces', options, base), metrics: addressOf('metrics', options, base) },
    headers: pairsAt('headers', options.headers),
    protocol: options.protocol,
    timeoutMs: options.export_timeout_ms,
  }
}

/** `service.name` of the attributes counts where no other name was given. @throws SettingFault */
export function attributesOf({ service_name: name, resource_attributes: given }: Options): Readonly<Record<string, string>> {
  const attributes = pairsAt('resource_attributes', given)
  return { ...attributes, 'service.name': name === 'tapline' ? (attributes['service.name'] ?? name) : name }
}

/** What the operator should be told at the start. */
export function warningsOf(
  { urls, headers }: Collector,
  { capture_message_content: isCapturing, traces_exporter: traces, metrics_exporter: metrics }: Options,
): readonly string[] {
  const used = [...(traces === 'otlp' ? [urls.traces] : []), ...(metrics === 'otlp' ? [urls.metrics] : [])]
  const isTold = ({ username, password }: URL) => Object.keys(headers).length > 0 || username !== '' || password !== ''
  const open = used.filter(url => isOpenToOthers(url) && isTold(url))
  return [
    ...new Set(open.map(({ host }) => `what the collector knows the gateway by goes to ${host} in plain text: use https (opentelemetry.endpoint)`)),
    ...(isCapturing ? ['prompts and answers are exported with traces (opentelemetry.capture_message_content)'] : []),
  ]
}

function addressOf(signal: Signal, options: Options, base: URL): URL {
  const own = options[`${signal}_endpoint`]
  if (own !== undefined) return addressAt(`${signal}_endpoint`, own)
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`
  return url
}

function addressAt(setting: string, written: string): URL {
  const url = URL.parse(written)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw fault(setting, 'an address that begins with http:// or https://', 'the collector has no such address')
}

function pairsAt(setting: string, given: Options['headers']): Readonly<Record<string, string>> {
  if (typeof given !== 'string') return given
  return Object.fromEntries(
    given
      .split(',')
      .filter(pair => pair.trim() !== '')
      .map(pair => {
        const at = pair.indexOf('=')
        if (at <= 0) throw fault(setting, 'name=value,name=value', 'a part of it has no name')
        return [decoded(setting, pair.slice(0, at)), decoded(setting, pair.slice(at + 1))]
      }),
  )
}

function decoded(setting: string, text: string): string {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    throw fault(setting, 'percent-encoded text', 'a % in it begins no character')
  }
}

/** It does not quote what was written: it may be a credential. */
function fault(setting: string, expected: string, message: string): SettingFault {
  return new SettingFault([{ pointer: `/opentelemetry/${setting}`, expected, message: `${message}; expected ${expected}` }])
}

function isOpenToOthers({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && hostname !== 'localhost' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))
}
