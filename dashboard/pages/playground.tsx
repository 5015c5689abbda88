/** Calls a model as an application would, and shows what comes back: the text, the raw answer, and what it cost in time and tokens. */

import { useQuery } from '@tanstack/preact-query'
import { useRef, useState } from 'preact/hooks'
import type { AdminModel } from '../../schemas/admin/models.schema.ts'
import { gatewayBase, get } from '../data/api.ts'
import { eventsOf } from '../data/events.ts'
import { textIn } from '../data/form.ts'
import { key } from '../data/key.ts'
import { dialects, type DialectName } from '../data/playground.ts'
import { duration } from '../data/words.ts'
import { Section, Status } from '../parts/cards.tsx'

interface Answer {
  readonly status: number
  readonly text: string
  readonly raw: string
  readonly headers: readonly (readonly [string, string])[]
  readonly firstMs: number | undefined
  readonly tookMs: number
  readonly done: boolean
}

export function PlaygroundPage() {
  const models = useQuery({ queryKey: ['models', 'all'], queryFn: async () => await get<AdminModel[]>('/models') })
  const [answer, setAnswer] = useState<Answer>()
  const [problem, setProblem] = useState<string>()
  const running = useRef<AbortController | undefined>(undefined)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    running.current?.abort()
    const call = (running.current = new AbortController())
    setProblem(undefined)
    try {
      for await (const so of answers(new FormData(event.currentTarget as HTMLFormElement), call.signal)) setAnswer(so)
    } catch (cause) {
      if (!call.signal.aborted) setProblem((cause as Error).message)
    }
  }
  return (
    <>
      <header class="head">
        <h1>Playground</h1>
      </header>
      <div class="halves">
        <Section title="Request">
          <form class="stacked" onSubmit={event => void submit(event)}>
            <label>
              Model
              <input name="model" list="models" required />
              <datalist id="models">
                {models.data?.map(({ selector }) => (
                  <option key={selector} value={selector} />
                ))}
              </datalist>
            </label>
            <label>
              As
              <select name="dialect">
                {Object.entries(dialects).map(([name, { title }]) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            <label>
              System
              <textarea name="system" rows={2} />
            </label>
            <label>
              User
              <textarea name="prompt" rows={5} required />
            </label>
            <label>
              Other members, as JSON
              <textarea name="more" rows={2} placeholder='{"temperature": 0.2}' />
            </label>
            <label>
              User path
              <input name="user_path" />
            </label>
            <label class="check">
              <input name="stream" type="checkbox" defaultChecked /> Stream
            </label>
            <p class="answers">
              <button type="button" onClick={() => running.current?.abort()}>
                Stop
              </button>
              <button type="submit" class="first">
                Send
              </button>
            </p>
          </form>
        </Section>
        <Section title="Answer">
          {problem !== undefined && <p role="alert">{problem}</p>}
          {answer === undefined ? <p class="state">Nothing was sent yet.</p> : <Shown answer={answer} />}
        </Section>
      </div>
    </>
  )
}

function Shown({ answer: { status, text, raw, headers, firstMs, tookMs, done } }: { readonly answer: Answer }) {
  return (
    <>
      <p>
        <Status code={status} /> {firstMs !== undefined && `first text after ${duration(firstMs)}, `}
        {done ? duration(tookMs) : '…'}
      </p>
      <pre aria-label="Text">{text}</pre>
      <details>
        <summary>Raw answer</summary>
        <pre>{raw}</pre>
      </details>
      <details>
        <summary>Headers</summary>
        <pre>{headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>
      </details>
    </>
  )
}

/** The answer so far, again and again until it is whole. */
async function* answers(form: FormData, signal: AbortSignal): AsyncGenerator<Answer> {
  const { path, body, textOf } = dialects[textIn(form, 'dialect') as DialectName]
  const streamed = form.get('stream') !== null
  const more = textIn(form, 'more')
  const sent = {
    ...body(textIn(form, 'model'), textIn(form, 'system'), textIn(form, 'prompt')),
    stream: streamed,
    ...(more === '' ? {} : (JSON.parse(more) as object)),
  }
  const startedAt = performance.now()
  const reply = await fetch(gatewayBase + path, { method: 'POST', signal, headers: headersOf(form), body: JSON.stringify(sent) })
  const facts = { status: reply.status, headers: [...reply.headers], firstMs: undefined }
  if (!streamed || !reply.ok) {
    const raw = await reply.text()
    yield { ...facts, text: reply.ok ? textOf(JSON.parse(raw)) : '', raw: pretty(raw), tookMs: performance.now() - startedAt, done: true }
    return
  }
  let so: Answer = { ...facts, text: '', raw: '', tookMs: 0, done: false }
  for await (const data of eventsOf(reply)) {
    const piece = data === '[DONE]' ? '' : textOf(JSON.parse(data))
    const firstMs = so.firstMs ?? (piece === '' ? undefined : performance.now() - startedAt)
    so = { ...so, text: so.text + piece, raw: `${so.raw}${data}\n`, firstMs }
    yield so
  }
  yield { ...so, tookMs: performance.now() - startedAt, done: true }
}

function headersOf(form: FormData): Record<string, string> {
  const userPath = textIn(form, 'user_path')
  return {
    'Content-Type': 'application/json',
    'anthropic-version': '2023-06-01',
    ...(key.value === undefined ? {} : { Authorization: `Bearer ${key.value}` }),
    ...(userPath === '' ? {} : { 'X-Tapline-User-Path': userPath }),
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}
