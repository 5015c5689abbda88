/** Two ends of a wire, in one process: packets go as JSON, and are counted. */

import { Wire, type Packet } from '../../core/workers/wire.ts'

export function wired(): { readonly one: Wire; readonly other: Wire; readonly packets: Packet[] } {
  const packets: Packet[] = []
  const to = (end: () => Wire) => (packet: Packet, sent: () => void) => {
    packets.push(packet)
    end().hear(JSON.parse(JSON.stringify(packet)) as Packet)
    sent()
  }
  const one: Wire = new Wire(to(() => other))
  const other: Wire = new Wire(to(() => one))
  return { one, other, packets }
}
