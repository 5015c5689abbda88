/** Figures that are read at a glance. */

import type { ComponentChildren } from 'preact'
import { Link } from 'wouter-preact'

export interface Figure {
  readonly title: string
  readonly value: string
  readonly note?: string | undefined
  /** Where more is told. */
  readonly to?: string | undefined
}

export function Cards({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl class="cards">
      {figures.map(({ title, value, note, to }) => (
        <div key={title}>
          <dt>{to === undefined ? title : <Link href={to}>{title}</Link>}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function Badge({ kind = 'plain', children }: { readonly kind?: 'good' | 'bad' | 'warn' | 'plain'; readonly children: ComponentChildren }) {
  return <span class={`badge ${kind}`}>{children}</span>
}

/** Of what the configuration declares. */
export function Config() {
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

export function Section({ title, tools, children }: { readonly title: string; readonly tools?: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <section>
      <header>
        <h2>{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  )
}
