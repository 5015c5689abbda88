/** Ids for vendors that take nothing but UUIDs. */

/** The first half of 64 hexadecimal digits, which is unique enough: as many bits as a UUID has. */
export function uuidOf(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
