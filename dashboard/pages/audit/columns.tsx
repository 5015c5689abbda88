/** What a row of the log tells. Of a call that is under way, it is what is known so far. */

import type { AuditData, AuditGuardrail } from '../../../schemas/admin/audit.schema.ts'
import type { LiveCall } from '../../data/live-calls.ts'
import { count, duration, time } from '../../data/words.ts'
import { Badge, Status } from '../../parts/badge.tsx'
import type { Column } from '../../parts/data-table.tsx'

/** A call of the log, or of the live logs. */
export type Listed = Partial<LiveCall> & {
  readonly request_id: string
  /** How many the session has, where it stands for one. */
  readonly calls?: number
}

const call: readonly Column<Listed>[] = [
  { title: 'Time', show: ({ timestamp = null }) => <time dateTime={timestamp ?? ''}>{time(timestamp)}</time> },
  { title: 'Status', show: entry => <State {...entry} /> },
  { title: 'Model', show: model },
  { title: 'Provider', show: ({ provider_name: provider }) => provider ?? '–' },
  { title: 'Route', show: ({ method, path }) => <code>{method === 'POST' ? path : `${method} ${path}`}</code> },
  { title: 'User path', show: ({ user_path: path }) => path ?? '–' },
  { title: 'Took', number: true, show: ({ duration_ns: ns = null }) => duration(ns === null ? null : ns / 1e6) },
]

export const columns: readonly Column<Listed>[] = [
  ...call,
  { title: 'Tokens', number: true, show: tokens },
  {
    title: 'Marks',
    show: entry => (
      <span class="words">
        {marks(entry).map(([text, kind]) => (
          <Badge key={text} kind={kind}>
            {text}
          </Badge>
        ))}
      </span>
    ),
  },
]

/** A session is shown as its latest call. @param show lists the calls of a session */
export function sessionColumns(show: (session: string) => void): readonly Column<Listed>[] {
  const calls: Column<Listed> = {
    title: 'Calls',
    number: true,
    show: ({ calls: number = 1, session_id: session = null }) =>
      session === null || number === 1 ? (
        count(number)
      ) : (
        <button
          type="button"
          aria-label={`${count(number)} calls of this session`}
          onClick={event => {
            event.stopPropagation()
            show(session)
          }}
        >
          {count(number)}
        </button>
      ),
  }
  const [at, ...others] = columns
  return [...(at === undefined ? [] : [{ ...at, title: 'Latest' }]), calls, ...others]
}

function State({ status_code: code = null, pending = false }: Listed) {
  return <span class={pending ? 'pending' : undefined}>{code === null ? <Badge kind="warn">…</Badge> : <Status code={code} />}</span>
}

function model({ requested_model: asked = null, resolved_model: got = null }: Listed) {
  if (asked === null) return got ?? '–'
  if (got === null || asked === got || asked.endsWith(`/${got}`)) return asked
  return [<span>{asked}</span>, <span class="faint"> → {got}</span>]
}

function tokens({ usage }: Listed) {
  if (usage === undefined) return '–'
  const { input_tokens: input, cached_input_tokens: cached, output_tokens: output, total_tokens: total } = usage
  return <span title={`${count(input)} in, of which ${count(cached)} cached by the provider; ${count(output)} out`}>{count(total)}</span>
}

type Mark = readonly [text: string, kind: 'plain' | 'bad' | 'good' | 'warn']

/** What the row alone tells beside its columns. */
function marks({ stream = false, cache_type: cache = null, error_type: error = null, data = {} }: Listed): readonly Mark[] {
  return [
    ...(stream ? ([['stream', 'plain']] as const) : []),
    ...(cache === null ? [] : ([[`${cache} cache`, 'good']] as const)),
    ...(data.failover === undefined ? [] : ([['failover', 'warn']] as const)),
    ...guardrailMarks(data),
    ...(error === null ? [] : ([[error.replaceAll('_', ' '), 'bad']] as const)),
  ]
}

/** One for each kind of thing that guardrails did. */
function guardrailMarks({ guardrails = [] }: AuditData): readonly Mark[] {
  return [...new Map(guardrails.map(entry => [deedOf(entry), toneOf(entry)] as const))].filter(([deed]) => deed !== 'passed')
}

/** What a guardrail did, in a word. */
export function deedOf({ action, edited, fail_mode: mode }: AuditGuardrail): string {
  if (action === 'block') return 'blocked'
  if (action === 'respond') return 'answered'
  if (action === 'warn') return 'warned'
  if (action === 'failure') return mode === 'open' ? 'failed, let pass' : 'failed, refused'
  return edited ? 'edited' : 'passed'
}

export function toneOf({ action, fail_mode: mode }: AuditGuardrail): 'good' | 'warn' | 'bad' {
  if (action === 'allow') return 'good'
  return action === 'warn' || (action === 'failure' && mode === 'open') ? 'warn' : 'bad'
}
