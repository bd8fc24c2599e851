import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** A control group that holds processes to a share of one core. */
export interface Quota {
  /** For people. */
  readonly how: string
  add(pid: number): void
  /** The share of one core for all processes in it; 1 lifts the limit for what uses one core. */
  set(share: number): void
  /** Ends it. Its processes have to be gone. */
  close(): void
}

/**
 * The scheduler hands out the quota anew in each period. A short period makes small stalls. The kernel takes no quota under
 * 1 ms: 1/14 of 20 ms is 1.43 ms.
 */
const periodUs = 20_000

/**
 * A CPU quota by a control group, version 2 or 1, where this process may create one; undefined elsewhere. There is no
 * fallback by stopping and continuing the process (cpulimit): its steps of 100 ms would be all that the 99th percentile shows.
 */
export function createQuota(root = "/sys/fs/cgroup"): Quota | undefined {
  return versionTwo(root) ?? versionOne(join(root, "cpu"))
}

function versionTwo(root: string): Quota | undefined {
  if (!existsSync(join(root, "cgroup.controllers"))) return undefined
  return group(root, "cgroup v2", (folder, quotaUs) => writeFileSync(join(folder, "cpu.max"), `${quotaUs} ${periodUs}`))
}

function versionOne(root: string): Quota | undefined {
  if (!existsSync(join(root, "cpu.cfs_quota_us"))) return undefined
  return group(root, "cgroup v1", (folder, quotaUs) => {
    writeFileSync(join(folder, "cpu.cfs_period_us"), String(periodUs))
    writeFileSync(join(folder, "cpu.cfs_quota_us"), String(quotaUs))
  })
}

function group(root: string, how: string, limit: (folder: string, quotaUs: number) => void): Quota | undefined {
  const folder = join(root, `hallpass-bench-${process.pid}`)
  const set = (share: number): void => limit(folder, Math.round(share * periodUs))
  const close = (): void => {
    if (existsSync(folder)) rmdirSync(folder)
  }
  try {
    mkdirSync(folder)
    set(1)
  } catch {
    // Not writable, or the controller is not handed down to new groups: no quota can be had here.
    close()
    return undefined
  }
  return {
    how: `${how}, period ${periodUs / 1000} ms`,
    add: (pid) => writeFileSync(join(folder, "cgroup.procs"), String(pid)),
    set,
    close,
  }
}
