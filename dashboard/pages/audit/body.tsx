/** A request or a response: as JSON that can be read, or as it was kept; with its headers, and the files in it. */

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Part } from '../../parts/section.tsx'
import { Media, mediaIn } from './media.tsx'

interface BodyProps {
  readonly title: string
  readonly body: unknown
  readonly headers?: unknown
  readonly tooBig?: boolean | undefined
  /** Further buttons. */
  readonly children?: ComponentChildren
}

export function Body({ title, body, headers, tooBig = false, children }: BodyProps) {
  const [raw, setRaw] = useState(false)
  if (body === undefined && headers === undefined && !tooBig) return null
  const text = raw ? rawText(body) : pretty(body)
  return (
    <Part
      title={title}
      tools={
        <span class="actions">
          {body !== undefined && typeof body !== 'string' && (
            <button type="button" aria-pressed={raw} onClick={() => setRaw(!raw)}>
              Raw
            </button>
          )}
          {body !== undefined && <CopyButton text={() => text} />}
          {children}
        </span>
      }
    >
      {headers !== undefined && (
        <details>
          <summary>Headers</summary>
          <pre>{headerText(headers as Readonly<Record<string, unknown>>)}</pre>
        </details>
      )}
      {mediaIn(body).map((place, at) => (
        <Media key={at} place={place} />
      ))}
      {tooBig && <p class="faint">Too long to be kept.</p>}
      {body === undefined ? !tooBig && <p class="faint">No content was kept.</p> : <pre tabIndex={0}>{text}</pre>}
    </Part>
  )
}

/** With a line for each member. */
export function pretty(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body, undefined, 2)
}

function rawText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function headerText(headers: Readonly<Record<string, unknown>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n')
}
