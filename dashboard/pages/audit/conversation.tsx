/** The conversation that a call is part of: who said what, which tools were called, and what each turn took. */

import { useQuery } from '@tanstack/preact-query'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AuditConversation } from '../../../schemas/admin/audit.schema.ts'
import { get } from '../../data/api.ts'
import { count, duration, time } from '../../data/words.ts'
import { Status } from '../../parts/badge.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Empty, Waiting } from '../../parts/states.tsx'
import type { Message, Piece } from './messages.ts'
import { OpenInPlayground } from './open-in-playground.tsx'
import { conversationText, turnsOf, type Turn } from './turns.ts'

const [few, most] = [40, 200]

interface DrawerProps {
  /** Of one of its calls. */
  readonly id: string
  readonly close: () => void
  /** Shows a call. */
  open(id: string): void
}

export function ConversationDrawer({ id, close, open }: DrawerProps) {
  const [limit, setLimit] = useState(few)
  const { data, error, refetch } = useQuery({
    queryKey: ['audit', 'conversation', id, limit],
    queryFn: async () => await get<AuditConversation>('/audit/conversation', { log_id: id, limit }),
  })
  const turns = data && turnsOf(data.entries)
  const last = turns?.findLast(({ entry }) => entry.data.request_body !== undefined)
  return (
    <Dialog title="Conversation" drawer close={close}>
      {turns === undefined && <Waiting error={error} retry={refetch} />}
      {turns?.length === 0 && <Empty>Nothing is recorded of it.</Empty>}
      {data?.truncated === true && (
        <p class="banner">
          Only the calls nearest to this one are shown.{' '}
          {limit < most && (
            <button type="button" onClick={() => setLimit(most)}>
              Show up to {most}
            </button>
          )}
        </p>
      )}
      {turns !== undefined && turns.length > 0 && (
        <>
          <p class="actions">
            <span class="faint">{turns.length === 1 ? '1 call' : `${count(turns.length)} calls`}</span>
            <CopyButton text={() => conversationText(turns)} />
            {last !== undefined && <OpenInPlayground id={last.entry.id} />}
          </p>
          <ol class="turns">
            {turns.map(turn => (
              <Shown key={turn.entry.id} turn={turn} isAnchor={turn.entry.id === id} open={open} />
            ))}
          </ol>
        </>
      )}
    </Dialog>
  )
}

function Shown({ turn: { entry, messages }, isAnchor, open }: { readonly turn: Turn; readonly isAnchor: boolean; readonly open: DrawerProps['open'] }) {
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isAnchor) item.current?.scrollIntoView({ block: 'nearest' })
  }, [isAnchor])
  const { usage, data } = entry
  return (
    <li ref={item} aria-current={isAnchor ? 'true' : undefined}>
      <header>
        <span class="faint">
          <Status code={entry.status_code} /> {time(entry.timestamp)} · {entry.requested_model}
          {usage !== undefined && usage.total_tokens > 0 && ` · ${count(usage.input_tokens)} tokens in, ${count(usage.output_tokens)} out`} ·{' '}
          {duration(entry.duration_ns / 1e6)}
        </span>
        <button type="button" onClick={() => open(entry.id)} aria-label={`Open the call of ${time(entry.timestamp)}`}>
          Open
        </button>
      </header>
      {data.request_body === undefined && <p class="faint">Its content was not kept.</p>}
      {messages.map((message, at) => (
        <Bubble key={at} message={message} />
      ))}
      {data.error_message !== undefined && <p class="error">{data.error_message}</p>}
    </li>
  )
}

function Bubble({ message: { role, pieces } }: { readonly message: Message }) {
  if (pieces.length === 0) return null
  return (
    <div class={`bubble ${role}`}>
      <small>{role}</small>
      {pieces.map((piece, at) => (
        <Said key={at} piece={piece} />
      ))}
    </div>
  )
}

function Said({ piece: { kind, name, text } }: { readonly piece: Piece }) {
  if (kind === 'text') return <p>{text}</p>
  if (kind === 'other') return <p class="faint">[{text}]</p>
  return (
    <details open={kind !== 'reasoning'}>
      <summary>
        {kind} {name !== undefined && <code>{name}</code>}
      </summary>
      {kind === 'reasoning' ? <p class="faint">{text}</p> : <pre>{text}</pre>}
    </details>
  )
}
