/** Bytes that flow, as a whole. */

/** @throws what `tooLarge` makes once they are more than the limit, and whatever breaks the flow */
export async function wholeBytes(source: AsyncIterable<Buffer>, limitBytes: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > limitBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
