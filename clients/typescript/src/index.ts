export { fromBetterAuth } from "./better-auth.js";
export { createTodoClient, type TodoClient, type TodoClientOptions } from "./client.js";
export type { Code, ParamsOf } from "./codes.js";
export type * from "./openapi.js";
export { answerOf, Problem, type ProblemDocument } from "./problem.js";
export { patient, type Retry, type Setback } from "./retrying.js";
export { type Catalogue, type Said, say } from "./saying.js";
export { type GetToken, SignedOut, SignInUnavailable, subjectOf } from "./tokens.js";
