import type { Code, ParamsOf } from "./codes.js";

/** Sentences of another language by code, each made of what its code has in `params`. */
export type Catalogue = { [Known in Code]?: (params: ParamsOf[Known]) => string };

/** A problem, one of its `errors`, a result of a push or a note of an import. */
export interface Said {
  code?: string;
  params?: object;
  detail?: string;
  errors?: readonly Said[];
}

/** What it says in the catalogue's language, or `detail` where there is no sentence. Of several faults, the first one. */
export function say(catalogue: Catalogue, { code, params, detail, errors }: Said): string {
  const [first] = errors ?? [];
  if (first) return say(catalogue, first);
  const sentence = Object.hasOwn(catalogue, code ?? "") ? catalogue[code as Code] : undefined;
  return (sentence as ((params: object) => string) | undefined)?.(params ?? {}) ?? detail ?? "";
}
