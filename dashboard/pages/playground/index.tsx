/** Calls a model as an application would, and shows what comes back and what it took. */

import { useRef, useState } from 'preact/hooks'
import type { Reach } from '../../data/access.ts'
import { useConfig } from '../../data/queries.ts'
import { answers, type Answer } from './call.ts'
import { dialects, type DialectName } from './dialects/index.ts'
import { emptyDraft, type Draft } from './draft.ts'
import { useParam } from '../../data/url.ts'
import { Section } from '../../parts/section.tsx'
import { AnswerView } from './answer.tsx'
import { CodeDialog } from './code-dialog.tsx'
import { JsonField } from './json-field.tsx'
import { RequestForm } from './request-form.tsx'
import { useLoggedCall } from './use-logged-call.ts'

export function PlaygroundPage({ reach }: { readonly reach: Reach }) {
  const [model, setModel] = useParam('model')
  const [spoken, setSpoken] = useParam('endpoint', 'chat')
  const [parts, setParts] = useState(emptyDraft)
  const [userPath, setUserPath] = useState('')
  const [headerLines, setHeaderLines] = useState('')
  const [answer, setAnswer] = useState<Answer>()
  const [taken, setTaken] = useState<Answer>()
  const [problem, setProblem] = useState<string>()
  const [running, setRunning] = useState(false)
  const [showsCode, setShowsCode] = useState(false)
  const noRequest = useLoggedCall(setParts)
  const call = useRef<AbortController | undefined>(undefined)
  const { data: config } = useConfig()

  const dialect = dialects[spoken in dialects ? (spoken as DialectName) : 'chat']
  const draft: Draft = { ...parts, model }
  const body = dialect.write(draft) as Record<string, unknown>
  const headers = { ...(userPath === '' ? {} : { [config?.['USER_PATH_HEADER'] ?? 'X-Tapline-User-Path']: userPath }), ...headersIn(headerLines) }
  const change = (next: Draft) => {
    setParts(next)
    setModel(next.model)
  }
  const send = async () => {
    const own = (call.current = new AbortController())
    setProblem(undefined)
    setAnswer(undefined)
    setRunning(true)
    try {
      for await (const so of answers(dialect, body, headers, own.signal)) setAnswer(so)
    } catch (cause) {
      setProblem(own.signal.aborted ? 'Stopped.' : (cause as Error).message)
    }
    setRunning(false)
  }
  const goOn = (from: Answer) => {
    setTaken(from)
    change({ ...draft, cards: [...draft.cards, ...dialect.turns(from), ...(from.toolCalls.length > 0 ? [] : [{ role: 'user', text: '' } as const])] })
  }
  return (
    <>
      <header class="head">
        <h1>Playground</h1>
      </header>
      {noRequest !== undefined && <p role="alert">{noRequest}</p>}
      <div class="halves">
        <Section title="Request">
          <form
            class="stacked"
            onSubmit={event => {
              event.preventDefault()
              void send()
            }}
          >
            <RequestForm draft={draft} change={change} endpoint={dialect} speak={setSpoken} />
            <details>
              <summary>User path and headers</summary>
              <div class="stacked">
                <label>
                  User path
                  <input value={userPath} placeholder="/team/a" onInput={({ currentTarget }) => setUserPath(currentTarget.value.trim())} />
                </label>
                <label>
                  Headers
                  <textarea
                    rows={2}
                    placeholder="Cache-Control: no-store"
                    value={headerLines}
                    onInput={({ currentTarget }) => setHeaderLines(currentTarget.value)}
                  />
                  <small class="faint">One on each line.</small>
                </label>
              </div>
            </details>
            <details>
              <summary>JSON</summary>
              <JsonField label="Body" rows={14} value={body} set={next => change(dialect.read(next as Record<string, unknown>))} />
            </details>
            <p class="answers">
              <button type="button" onClick={() => setShowsCode(true)}>
                Code
              </button>
              <button type="button" disabled={!running} onClick={() => call.current?.abort()}>
                Stop
              </button>
              <button type="submit" class="first" disabled={running}>
                Send
              </button>
            </p>
          </form>
        </Section>
        <Section title="Answer">
          {problem !== undefined && <p role="alert">{problem}</p>}
          {answer === undefined ? (
            problem === undefined && <p class="state">{running ? 'Waiting …' : 'Nothing was sent yet.'}</p>
          ) : (
            <AnswerView answer={answer} running={running} reach={reach} goOn={answer === taken ? undefined : () => goOn(answer)} />
          )}
        </Section>
      </div>
      {showsCode && <CodeDialog sent={{ dialect, body, headers }} close={() => setShowsCode(false)} />}
    </>
  )
}

/** Lines without a colon are not whole yet. */
function headersIn(lines: string): Record<string, string> {
  const named = lines.split('\n').map(line => /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line))
  return Object.fromEntries(named.flatMap(found => (found === null ? [] : [[found[1] ?? '', found[2] ?? '']])))
}
