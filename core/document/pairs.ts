/** Keeps tool calls and their results together. */

/** A message, by the ids of the tool calls that it makes and of those that it answers. */
export interface Paired {
  readonly id: string
  readonly calls: readonly string[]
  readonly results: readonly string[]
}

/**
 * Checks that no call loses its result, and no result its call. Ids need not be unique: some models number their calls anew in each turn.
 * @throws naming the call and the message to remove as well
 */
export function checkPairs(messages: readonly Paired[], staying: readonly Paired[]): void {
  const before = openCalls(messages)
  for (const [id, after] of openCalls(staying)) {
    const open = before.get(id) ?? 0
    if (after > Math.max(open, 0)) throw lonely('call', id, staying)
    if (after < Math.min(open, 0)) throw lonely('result', id, staying)
  }
}

/** By id: how many calls have no result; negative: how many results have no call. */
function openCalls(messages: readonly Paired[]): ReadonlyMap<string, number> {
  const open = new Map<string, number>()
  for (const { calls, results } of messages) {
    for (const id of calls) open.set(id, (open.get(id) ?? 0) + 1)
    for (const id of results) open.set(id, (open.get(id) ?? 0) - 1)
  }
  return open
}

function lonely(what: 'call' | 'result', id: string, staying: readonly Paired[]): Error {
  const partner = staying.find(({ calls, results }) => (what === 'call' ? calls : results).includes(id))
  const missing = what === 'call' ? 'result' : 'call'
  return new Error(`removing this would leave the tool ${what} ${id} without its ${missing}: remove message ${partner?.id} too`)
}
