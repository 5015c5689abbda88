/** Of the store that `tapline new store` writes: its journals. */

export const journalFile = `/** One journal: its rows, and sums over them. */

import { checkListed, test } from './filter.js'
import { checkId, compare, nameOf, spelled } from './texts.js'

const most = Number.MAX_SAFE_INTEGER
/** What is kept of a value, by the type of its column. */
const keep = {
  text: value => (typeof value === 'string' ? value : null),
  integer: value => (typeof value !== 'number' || Number.isNaN(value) ? null : Math.max(-most, Math.min(most, Math.trunc(value)))),
  real: value => (Number.isFinite(value) ? value : null),
  boolean: value => (typeof value === 'boolean' ? value : null),
  texts: value => (Array.isArray(value) ? value : null),
  json: value => value ?? null,
}

/** @throws TypeError for what is no name, Error if the journal has a column of another type or place */
export function openJournal(database, { name, columns }) {
  nameOf(name)
  for (const column of Object.keys(columns)) if (!/^[a-z]\\w*$/i.test(column)) throw new TypeError(JSON.stringify(column) + ' is no name')
  database.change(() => {
    const [row] = database.rows('SELECT columns FROM journals WHERE name = ?', name)
    const known = row === undefined ? {} : JSON.parse(row.columns)
    for (const [column, { type, apart = false }] of Object.entries(columns)) {
      const before = known[column] ?? { type, apart }
      if (before.type !== type || before.apart !== apart) throw new Error('the journal ' + name + ' has a column ' + column + ' of another type or place')
      known[column] = before
    }
    database.run('REPLACE INTO journals (name, columns) VALUES (?, ?)', name, JSON.stringify(known))
  })
  return new Journal(database, name, columns)
}

class Journal {
  #database
  #name
  #columns

  constructor(database, name, columns) {
    this.#database = database
    this.#name = name
    this.#columns = columns
  }

  async append(given) {
    const rows = Buffer.isBuffer(given) ? linesOf(given) : given
    for (const { id } of rows) checkId(id)
    return this.#database.change(() => {
      let count = 0
      for (const row of rows) count += Number(this.#write('INSERT OR IGNORE', { id: row.id, timestamp: Math.trunc(row.timestamp), ...this.#kept(row) }))
      return count
    })
  }

  async get(id) {
    const row = this.#row(id)
    return row === undefined ? undefined : this.#shown(row, true)
  }

  async list({ filter = {}, order = 'desc', limit, offset = 0 }) {
    let total = 0
    const rows = []
    for (const row of this.#found(filter, order)) {
      if (total >= offset && rows.length < limit) rows.push(this.#shown(row, false))
      total += 1
    }
    return { rows, total }
  }

  async *each(filter, { pageSize = 500, order = 'asc', whole = false } = {}) {
    let last
    for (;;) {
      const page = []
      for (const row of this.#found(filter, order, last)) if (page.push(row) === pageSize) break
      if (page.length > 0) yield page.map(row => this.#shown(row, whole))
      if (page.length < pageSize) return
      last = page.at(-1)
    }
  }

  async sums({ filter = {}, by = [], borders, measures, order = 'key', limit = Infinity, offset = 0 }) {
    for (const column of [...by, ...measures]) checkListed(column, this.#columns)
    const groups = new Map()
    for (const row of this.#found(filter, 'asc')) {
      const period = borders === undefined ? 0 : borders.findLastIndex(border => border <= row.timestamp)
      if (period < 0 || period === (borders?.length ?? Infinity) - 1) continue
      for (const key of keysOf(by.map(column => ({ column, values: this.#valuesOf(row, column) })))) {
        const name = JSON.stringify([period, Object.values(key)])
        const group = groups.get(name) ?? { key, period, count: 0, sums: Object.fromEntries(measures.map(measure => [measure, null])), latest: undefined }
        group.count += 1
        for (const measure of measures) if (typeof row[measure] === 'number') group.sums[measure] = (group.sums[measure] ?? 0) + row[measure]
        group.latest = { id: row.id, timestamp: row.timestamp }
        groups.set(name, group)
      }
    }
    const byKey = (one, other) => one.period - other.period || by.reduce((result, column) => result || compare(one.key[column], other.key[column]), 0)
    const byLatest = (one, other) => other.latest.timestamp - one.latest.timestamp || compare(other.latest.id, one.latest.id)
    const sorted = [...groups.values()].sort(order === 'latest' ? byLatest : byKey).slice(offset, offset + limit)
    return { groups: sorted.map(({ latest, ...group }) => (order === 'latest' ? { ...group, latest } : group)), total: groups.size }
  }

  async amend(changes) {
    this.#database.change(() => {
      for (const change of changes) {
        const row = this.#row(change.id)
        const { timestamp = row?.timestamp } = change
        if (row !== undefined) this.#write('REPLACE', { ...row, ...this.#kept(change), timestamp: Math.trunc(timestamp) })
      }
    })
  }

  async deleteBefore(timestamp, limit) {
    return this.#database.change(() => {
      const sql = 'SELECT id, row FROM rows WHERE journal = ? AND timestamp < ? ORDER BY timestamp, id LIMIT ?'
      const oldest = this.#database.rows(sql, this.#name, timestamp, limit)
      for (const { id } of oldest) this.#database.run('DELETE FROM rows WHERE journal = ? AND id = ?', this.#name, id)
      return oldest.map(({ row }) => JSON.parse(row).id)
    })
  }

  /** A row is in the group of each of its texts, once. */
  #valuesOf(row, column) {
    return this.#columns[column]?.type === 'texts' ? [...new Set(row[column])] : [row[column] ?? null]
  }

  /** The columns that are said, as they are kept. */
  #kept(said) {
    const columns = Object.entries(this.#columns).filter(([name]) => said[name] !== undefined)
    return Object.fromEntries(columns.map(([name, { type }]) => [name, keep[type](said[name])]))
  }

  #write(verb, row) {
    const values = [this.#name, spelled(row.id), row.timestamp, JSON.stringify(row)]
    return this.#database.run(verb + ' INTO rows (journal, id, timestamp, row) VALUES (?, ?, ?, ?)', ...values)
  }

  #row(id) {
    const [found] = this.#database.rows('SELECT row FROM rows WHERE journal = ? AND id = ?', this.#name, spelled(id))
    return found === undefined ? undefined : JSON.parse(found.row)
  }

  /** In order, one by one. @param last the one behind which to begin */
  *#found(filter, order, last) {
    const holds = test(filter, this.#columns)
    const [behind, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC']
    const begin = last === undefined ? '' : ' AND (timestamp, id) ' + behind + ' (?, ?)'
    const sql = 'SELECT row FROM rows WHERE journal = ?' + begin + ' ORDER BY timestamp ' + direction + ', id ' + direction
    for (const { row } of this.#database.each(sql, this.#name, ...(last === undefined ? [] : [last.timestamp, spelled(last.id)]))) {
      const found = JSON.parse(row)
      if (holds(found)) yield found
    }
  }

  /** What is kept apart is here read with the rest: keep it where lists need not read it. */
  #shown(row, whole) {
    const names = Object.keys(this.#columns).filter(name => whole || this.#columns[name].apart !== true)
    return { id: row.id, timestamp: row.timestamp, ...Object.fromEntries(names.map(name => [name, row[name] ?? null])) }
  }
}

function linesOf(lines) {
  const texts = lines.toString().split('\\n')
  return texts.filter(text => text !== '').map(text => JSON.parse(text))
}

/** The groups of a row: one for each combination of its texts. */
function keysOf([first, ...rest]) {
  if (first === undefined) return [{}]
  return first.values.flatMap(value => keysOf(rest).map(key => ({ [first.column]: value, ...key })))
}
`

export const filterFile = `/** What rows must satisfy. */

import { isWithin } from './texts.js'

/** @returns whether a row satisfies a filter @throws TypeError for a column that pages do not list */
export function test({ from = -Infinity, to = Infinity, equals = {}, not = {}, within = {}, has = {}, search = '', any }, columns) {
  const each = (said, holds) =>
    Object.entries(said).map(([name, wish]) => {
      checkListed(name, columns)
      return row => holds(row[name] ?? null, wish)
    })
  const tests = [
    row => row.timestamp >= from && row.timestamp < to,
    ...each(equals, (value, wish) => (Array.isArray(wish) ? wish.includes(value) : value === wish)),
    ...each(not, (value, wish) => value !== wish),
    ...each(within, (value, wish) => typeof value === 'string' && isWithin(value, wish)),
    ...each(has, (value, wish) => value?.includes(wish) === true),
  ]
  if (search !== '') tests.push(searching(search.toLowerCase(), columns))
  if (any !== undefined) {
    const choices = any.map(filter => test(filter, columns))
    tests.push(row => choices.some(holds => holds(row)))
  }
  return row => tests.every(holds => holds(row))
}

/** @throws TypeError for a column that pages do not list */
export function checkListed(name, columns) {
  const isListed = name === 'id' || name === 'timestamp' || (Object.hasOwn(columns, name) && columns[name].apart !== true)
  if (!isListed) throw new TypeError(JSON.stringify(name) + ' is no column that pages list')
}

function searching(text, columns) {
  const names = ['id', ...Object.keys(columns).filter(name => columns[name].searched === true)]
  return row => names.some(name => textsOf(row[name]).some(said => said.toLowerCase().includes(text)))
}

/** Those in JSON, however deep. */
function textsOf(value) {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
`
