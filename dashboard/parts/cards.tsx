/** Figures that are read at a glance. */

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
