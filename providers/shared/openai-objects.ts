/** Where files, batches and stored responses are, in OpenAI's API and in those that follow it. */

import type { Endpoint } from '../../core/index.ts'

/** Below `root`, for example `/openai`. @param query goes along with each, for example `?api-version=…` */
export function fileOperations(root = '', query = ''): Readonly<Record<string, Endpoint>> {
  const files = `${root}/files` as const
  return {
    files_create: `POST ${files}${query}` as Endpoint,
    files_list: `GET ${files}${query}` as Endpoint,
    files_get: `GET ${files}/{id}${query}` as Endpoint,
    files_delete: `DELETE ${files}/{id}${query}` as Endpoint,
    files_content: `GET ${files}/{id}/content${query}` as Endpoint,
  }
}

/** As `fileOperations`. */
export function batchOperations(root = '', query = ''): Readonly<Record<string, Endpoint>> {
  const batches = `${root}/batches` as const
  return {
    batches_create: `POST ${batches}${query}` as Endpoint,
    batches_list: `GET ${batches}${query}` as Endpoint,
    batches_get: `GET ${batches}/{id}${query}` as Endpoint,
    batches_cancel: `POST ${batches}/{id}/cancel${query}` as Endpoint,
  }
}

/** What can be done with a response that the vendor stored. As `fileOperations`. */
export function responseOperations(root = '', query = ''): Readonly<Record<string, Endpoint>> {
  const response = `${root}/responses/{id}` as const
  return {
    responses_get: `GET ${response}${query}` as Endpoint,
    responses_delete: `DELETE ${response}${query}` as Endpoint,
    responses_cancel: `POST ${response}/cancel${query}` as Endpoint,
    responses_input_items: `GET ${response}/input_items${query}` as Endpoint,
  }
}
