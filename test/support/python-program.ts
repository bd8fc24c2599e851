import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** A command that a Python package installs. */
export interface PythonProgram {
  /** The file itself, which starts faster than pyenv's command of the same name. */
  readonly path: string
  /** The Python that its first line names, or the one that is found. */
  readonly interpreter: string
}

/** Finds a command of a Python package; undefined if it is not there. */
export function pythonProgram(name: string): PythonProgram | undefined {
  const { stdout } = spawnSync("sh", ["-c", 'pyenv which "$0" 2>/dev/null || command -v "$0"', name], {
    encoding: "utf8",
  })
  const path = stdout?.trim() ?? ""
  if (path === "") return undefined
  const [, interpreter = "python3"] = /^#!\s*(\S*python\S*)/.exec(readFileSync(path, "latin1")) ?? []
  return { path, interpreter }
}

/** Whether a command of Python finds the packages that it needs. They are not loaded, which takes half a second. */
export function hasPackages(name: string, ...packages: readonly string[]): boolean {
  const program = pythonProgram(name)
  if (program === undefined) return false
  const look = "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))"
  return spawnSync(program.interpreter, ["-c", look, ...packages], { timeout: 60_000 }).status === 0
}
