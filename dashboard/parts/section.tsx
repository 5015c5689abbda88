/** A part of a page below its own title; and a part of a drawer. */

import type { ComponentChildren } from 'preact'

interface SectionProps {
  readonly title: string
  /** What stands beside the title. */
  readonly tools?: ComponentChildren
  readonly children: ComponentChildren
}

export function Section({ title, tools, children }: SectionProps) {
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

interface PartProps extends SectionProps {
  /** What is said small behind the title. */
  readonly note?: string | undefined
  /** Names it to those who do not see it, where that is not the title. */
  readonly label?: string
}

export function Part({ title, note, label = title, tools, children }: PartProps) {
  const heading = (
    <h3>
      {title} {note !== undefined && <small>{note}</small>}
    </h3>
  )
  return (
    <section class="part" aria-label={label}>
      {tools === undefined ? (
        heading
      ) : (
        <header>
          {heading}
          {tools}
        </header>
      )}
      {children}
    </section>
  )
}
