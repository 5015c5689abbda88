/** What policy did: the outcome of each guardrail, and the request as it was rewritten. */

import { useState } from 'preact/hooks'
import type { AuditData, AuditGuardrail, AuditRevision } from '../../../schemas/admin/audit.schema.ts'
import { count, duration } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { DataTable, rowsOf, type Column } from '../../parts/data-table.tsx'
import { Part } from '../../parts/section.tsx'
import { pretty } from './body.tsx'
import { deedOf, toneOf } from './columns.tsx'
import { changesIn, diffLines } from './diff.ts'

export function Guardrails({ guardrails = [] }: Pick<AuditData, 'guardrails'>) {
  if (guardrails.length === 0) return null
  return (
    <Part title="Guardrails">
      <DataTable label="Guardrails" rows={rowsOf(guardrails)} columns={columns} none="" paged id={({ seq }) => String(seq)} />
    </Part>
  )
}

const columns: readonly Column<AuditGuardrail>[] = [
  { title: 'On', show: ({ phase }) => phase },
  { title: 'Guardrail', show: ({ instance, type }) => [<span>{instance}</span>, instance === type ? null : <small class="faint"> {type}</small>] },
  { title: 'Did', show: entry => <Badge kind={toneOf(entry)}>{deedOf(entry)}</Badge> },
  { title: 'Why', show: why },
  { title: 'Took', number: true, show: ({ duration_ns: ns }) => duration(ns === null ? null : ns / 1e6) },
]

function why({ message, code, error, detail, target, replaced_events: replaced, dropped_events: dropped }: AuditGuardrail) {
  const events = [
    replaced === null || replaced === 0 ? [] : `${count(replaced)} events replaced`,
    dropped === null || dropped === 0 ? [] : `${count(dropped)} dropped`,
  ]
  const said = [message ?? code ?? [], error ?? [], target ?? [], events].flat(2)
  return [<span class="words">{said.join('; ')}</span>, detail === null || detail === undefined ? null : <code class="words"> {JSON.stringify(detail)}</code>]
}

/** Each revision beside the one before it; the first beside what the caller sent. */
export function Revisions({ data: { request_revisions: revisions = [], request_body: sent } }: { readonly data: AuditData }) {
  return revisions.map((revision, at) => {
    const before = revisions.slice(0, at).findLast(({ body }) => body !== undefined)?.body ?? sent
    return <Revision key={revision.seq} revision={revision} before={before} />
  })
}

function Revision({
  revision: { rewriter, bytes_before: from, bytes_after: to, body, detail },
  before,
}: {
  readonly revision: AuditRevision
  readonly before: unknown
}) {
  const [whole, setWhole] = useState(false)
  return (
    <Part
      title={`Rewritten by ${rewriter}`}
      note={from === to ? undefined : `${count(from)} → ${count(to)} bytes`}
      tools={
        body !== undefined && (
          <button type="button" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            Whole
          </button>
        )
      }
    >
      {detail !== undefined && <pre>{pretty(detail)}</pre>}
      {body !== undefined && (whole ? <pre tabIndex={0}>{pretty(body)}</pre> : <Diff before={pretty(before ?? '')} after={pretty(body)} />)}
    </Part>
  )
}

const signs = { same: '  ', gone: '- ', new: '+ ' } as const

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <pre class="diff" tabIndex={0}>
      {changesIn(diffLines(before, after)).map((line, at) =>
        line === undefined ? <span key={at}>{'  …\n'}</span> : <span key={at} class={line.kind}>{`${signs[line.kind]}${line.text}\n`}</span>,
      )}
    </pre>
  )
}
