/** Answers that flow piece by piece, of which nothing goes out before the first piece is there. */

/** @throws what keeps the pieces from beginning: it can still be told */
export async function begun<T>(pieces: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = pieces[Symbol.asyncIterator]()
  return all(await iterator.next(), iterator)
}

async function* all<T>(first: IteratorResult<T>, iterator: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let piece = first; piece.done !== true; piece = await iterator.next()) yield piece.value
  } finally {
    await iterator.return?.()
  }
}
