import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/** What compiling the runtime client needs, each with the programs that will do. */
const needed: readonly { readonly name: string; readonly programs: readonly string[] }[] = [
  { name: "cmake", programs: ["cmake", "cmake3"] },
  { name: "a C compiler", programs: ["cc", "gcc", "clang"] },
  { name: "a C++ compiler", programs: ["c++", "g++", "clang++"] },
  { name: "make", programs: ["make"] },
  { name: "python3", programs: ["python3", "python"] },
  { name: "tar", programs: ["tar"] },
  { name: "xz", programs: ["xz"] },
]

/** The names of the tools that are not on the path. */
export function missingTools(path: string = process.env.PATH ?? ""): string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== "")
  return needed
    .filter(({ programs }) => !programs.some((program) => folders.some((folder) => isProgram(join(folder, program)))))
    .map(({ name }) => name)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
