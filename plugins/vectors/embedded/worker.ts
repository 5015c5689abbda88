/** A thread that holds the file of the vectors, and answers one question after the other. */

import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Opening, Question } from './protocol.ts'
import { VectorFile } from './vector-file.ts'

const port = parentPort
let file: VectorFile | undefined

/** The first question opens the file: what is wrong with it is its answer. */
function answer(question: Question): unknown {
  file ??= new VectorFile(workerData as Opening)
  switch (question.ask) {
    case 'nearest':
      return file.nearest(question.vector, question.namespace, question.nowSeconds)
    case 'put':
      return file.put(question.vector, question.entry)
    case 'forget':
      return file.forget(question.which)
    case 'ping':
      return undefined
  }
}

function answered(question: Question): Answer {
  try {
    return { result: answer(question) }
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) }
  }
}

port?.on('message', (question: Question | 'close') => {
  if (question === 'close') {
    file?.close()
    port.close()
  } else port.postMessage(answered(question), [])
})
