/** The CPU time of some work, which tells more than hours where other programs share the machine. */

export class CpuUsed {
  #threadUs = 0
  #processUs = 0

  async during(work: () => Promise<unknown>): Promise<void> {
    const [thread, all] = [process.threadCpuUsage(), process.cpuUsage()]
    await work()
    this.#threadUs += sum(process.threadCpuUsage(thread))
    this.#processUs += sum(process.cpuUsage(all))
  }

  /** What each of so many things took. */
  of(count: number): string {
    return `${(this.#threadUs / count).toFixed(1)} µs of CPU each where requests are served, ${((this.#processUs - this.#threadUs) / count).toFixed(1)} µs in other threads`
  }
}

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system
}
