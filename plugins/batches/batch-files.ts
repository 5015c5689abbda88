/** Files that stand for parts of a batch: its input, and what came of it. */

import type { FileRecord } from '../../core/index.ts'
import type { BatchRecord } from './record.ts'

/** A file that its provider has, whether or not it is on record. */
export function fileAtProvider({ provider, key, submitter }: BatchRecord, id: string, purpose: string): FileRecord {
  const file = { id, bytes: 0, created_at: 0, filename: '', purpose, provider, owner: submitter.user_path, kept: false }
  return key === null ? file : { ...file, key }
}

/** Those that go with it: an input that the caller uploaded does not. */
export function filesOf(batch: BatchRecord): readonly FileRecord[] {
  const { made_file_id: made, output_file_id: output, error_file_id: error } = batch
  const kept = [output, error].flatMap(id => (id === null ? [] : [{ ...fileAtProvider(batch, id, 'batch_output'), kept: true }]))
  return made === null ? kept : [...kept, fileAtProvider(batch, made, 'batch')]
}
