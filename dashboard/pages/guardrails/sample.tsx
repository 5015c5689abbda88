/** Tries a guardrail on a text, and shows what it makes of it. */

import { useState } from 'preact/hooks'
import type { GuardrailTestResult } from '../../../schemas/admin/guardrails.schema.ts'
import { send } from '../../data/api.ts'
import { textIn } from '../../data/form.ts'
import { Badge } from '../../parts/badge.tsx'

interface SampleProps {
  /** What is tried. @param form that these fields are part of */
  definition(form: FormData): object
}

const roles = [
  ['user', 'a message of the user'],
  ['system', 'a message of the system'],
  ['assistant', "the model's reply"],
] as const

export function Sample({ definition }: SampleProps) {
  const [result, setResult] = useState<GuardrailTestResult | Error>()
  const test = async (form: FormData) => {
    try {
      setResult(
        await send<GuardrailTestResult>('POST', '/guardrails/test', { ...testable(definition(form)), role: textIn(form, 'role'), text: textIn(form, 'text') }),
      )
    } catch (cause) {
      setResult(cause as Error)
    }
  }
  return (
    <>
      <label>
        As
        <select name="role">
          {roles.map(([role, text]) => (
            <option key={role} value={role}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        Text
        <textarea name="text" rows={3} />
        <small>Nothing is stored or sent, but what a guardrail that asks a model asks of it.</small>
      </label>
      <p>
        <button type="button" onClick={({ currentTarget }) => void test(new FormData(currentTarget.form ?? undefined))}>
          Test
        </button>
      </p>
      {result instanceof Error && <p role="alert">{result.message}</p>}
      {result !== undefined && !(result instanceof Error) && <Result result={result} />}
    </>
  )
}

const words = { allow: 'lets it pass', warn: 'warns', block: 'blocks it', respond: 'answers itself', failure: 'failed' } as const
const kinds = { allow: 'good', warn: 'warn', block: 'bad', respond: 'bad', failure: 'bad' } as const

function Result({ result: { action, edited, code, message, messages } }: { readonly result: GuardrailTestResult }) {
  return (
    <div role="status">
      <Badge kind={kinds[action]}>{action === 'allow' && edited ? 'edits it' : words[action]}</Badge>
      {code !== null && <Badge>{code}</Badge>}
      {message !== null && <p>{message}</p>}
      {messages.map(({ role, content }, at) => (
        <pre key={at}>
          {messages.length > 1 && <small>{role}: </small>}
          {content}
        </pre>
      ))}
    </div>
  )
}

/** What a test takes of a definition. */
function testable(definition: object): object {
  const taken = new Set(['name', 'type', 'config', 'user_path', 'fail_mode', 'timeout_ms'])
  return Object.fromEntries(Object.entries(definition).filter(([member, value]) => taken.has(member) && value !== ''))
}
