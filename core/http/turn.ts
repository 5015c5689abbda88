/** Joins the writes of one turn of the loop: what became ready in it leaves together at its end. */

interface Writer {
  flush(): void
}

let waiting: Writer[] = []

/** Has `writer` flushed once, at the end of this turn. */
export function atEndOfTurn(writer: Writer): void {
  if (waiting.length === 0) setImmediate(flushAll)
  waiting.push(writer)
}

function flushAll(): void {
  const writers = waiting
  waiting = []
  for (const writer of writers) writer.flush()
}
