/**
 * An object that inherits nothing, whatever is looked up in it, for names that come from outside: `new BareObject()`.
 * `Object.create(null)` does the same, and makes an object of the slow kind. Filled with four members and frozen it
 * takes 0.6 µs against 0.2, and copied 2.5 µs against 0.3 (Node 24).
 */
export const BareObject: new () => { [name: string]: unknown } = bare as unknown as new () => {
  [name: string]: unknown
}

function bare(): void {
  // A constructor without a body: what matters is its prototype.
}
bare.prototype = Object.freeze(Object.create(null))
