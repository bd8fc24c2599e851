/**
 * Observers that describe a fault by themselves, when they write it (`describeFault`). Others are handed the
 * description, because the error may hold anything.
 */
export const faultDescribers: WeakSet<object> = new WeakSet()
