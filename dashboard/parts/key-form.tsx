/** Asks for the key. */

import { useQueryClient } from '@tanstack/preact-query'
import { useEffect, useState } from 'preact/hooks'
import { Refusal, tryKey } from '../data/api.ts'
import { textIn } from '../data/form.ts'
import { keepKey } from '../data/key.ts'

export function KeyForm() {
  const queries = useQueryClient()
  const [problem, setProblem] = useState<string>()
  // What was shown to one is not for the next.
  useEffect(() => queries.clear(), [queries])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = textIn(form, 'key')
    try {
      await tryKey(given)
      keepKey(given, form.get('remember') !== null)
    } catch (cause) {
      setProblem(cause instanceof Refusal && cause.status === 401 ? 'This key is not known here.' : (cause as Error).message)
    }
  }
  return (
    <form class="key-form" onSubmit={event => void submit(event)}>
      <h1>Tapline</h1>
      <label>
        Master key, or a key with dashboard access
        <input name="key" type="password" required autocomplete="current-password" autofocus />
      </label>
      <label class="check">
        <input name="remember" type="checkbox" /> Keep it in this browser
      </label>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <button type="submit">Sign in</button>
    </form>
  )
}
