/** Most names whose reading is remembered, and the longest of them. Characters. */
const maxNames = 2000
const maxNameLength = 256

/** Reads each name once: looking at a name closely costs more than everything else, and few names make all lists. */
export function onceEach<V>(read: (name: string) => V): (name: string) => V {
  const known = new Map<string, V>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const value = read(name)
    if (known.size >= maxNames) known.clear()
    if (name.length <= maxNameLength) known.set(name, value)
    return value
  }
}
