import type { Dashboard } from '@grafana/schema';

// A file holds the words of an enumeration, not its members: everything else is as the type says.
type Words<T> = 0 extends 1 & T
  ? T
  : T extends string
    ? `${T}`
    : T extends object
      ? { [K in keyof T]: Words<T[K]> }
      : T;

export type Written = Words<Dashboard>;
