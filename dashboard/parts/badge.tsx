/** A word or two in a colour that says whether it is well. */

import type { ComponentChildren } from 'preact'

export type Tone = 'good' | 'warn' | 'bad' | 'plain'

export function Badge({ kind = 'plain', children }: { readonly kind?: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${kind}`}>{children}</span>
}

/** Of what the configuration declares. */
export function ConfigBadge() {
  return (
    <span class="badge plain" title="The configuration declares it, and it is changed there.">
      Config
    </span>
  )
}

/** A status of HTTP, coloured by what it means. */
export function Status({ code }: { readonly code: number }) {
  return <Badge kind={code >= 500 ? 'bad' : code >= 400 ? 'warn' : 'good'}>{code}</Badge>
}

const healths = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' } as const

/** How a provider is doing. */
export function HealthBadge({ status, children }: { readonly status: keyof typeof healths; readonly children: ComponentChildren }) {
  return <Badge kind={healths[status]}>{children}</Badge>
}
