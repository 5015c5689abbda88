/** Joins the writes of one turn of the loop: what became ready in it leaves together at its end. */

interface Writer {
  flush(): void
}

let waiting: Writer[] = []
let first: Writer[] = []

/** Has `writer` flushed once, at the end of this turn. */
export function atEndOfTurn(writer: Writer): void {
  if (waiting.length === 0 && first.length === 0) setImmediate(flushAll)
  waiting.push(writer)
}

/** The same, before whatever else waits for the end of this turn: what must be safe before anybody hears of it. */
export function beforeEndOfTurn(writer: Writer): void {
  if (waiting.length === 0 && first.length === 0) setImmediate(flushAll)
  first.push(writer)
}

function flushAll(): void {
  const writers = waiting
  waiting = []
  flushFirst()
  for (const writer of writers) {
    writer.flush()
    flushFirst()
  }
}

function flushFirst(): void {
  if (first.length === 0) return
  const writers = first
  first = []
  for (const writer of writers) writer.flush()
}
