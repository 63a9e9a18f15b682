/** What lies between the client and the service: it notes what passes, and does it harm when it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Fault =
  | { kind: "answer"; status: number; headers?: Record<string, string>; body?: string; after?: Promise<unknown> }
  /** The service does it, and nobody hears of it. */
  | { kind: "lose" }
  /** The service never hears of it. */
  | { kind: "drop" };

interface Passed {
  method: string;
  key: string | undefined;
  token: string | undefined;
  /** By the service; undefined if it was never asked. */
  status: number | undefined;
  fault: Fault["kind"] | undefined;
}

export class Proxy {
  url = "";
  passed: Passed[] = [];
  /** What happens to the next requests, one each. */
  faults: Fault[] = [];
  /** A token that is answered with 401, whatever the service says of it. */
  refused: string | undefined;
  private readonly server = createServer((request, response) => void this.pass(request, response));

  constructor(private readonly service: string) {}

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const token = headers.authorization?.replace("Bearer ", "");
    const fault = this.faultFor(token);
    const noted: Passed = { method: request.method!, key: headers["idempotency-key"], token, status: undefined, fault: fault?.kind };
    this.passed.push(noted);
    if (fault?.kind === "answer") await fault.after;
    if (fault?.kind === "answer") return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (fault?.kind === "drop") return void request.socket.destroy();
    for (const name of ["host", "connection", "content-length", "transfer-encoding", "accept-encoding"]) delete headers[name];
    const answer = await fetch(this.service + request.url, { method: request.method!, headers, body: body.length ? body : null });
    noted.status = answer.status;
    if (fault?.kind === "lose") return void request.socket.destroy();
    const { "content-encoding": _, ...told } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, told).end(Buffer.from(await answer.arrayBuffer()));
  }

  private faultFor(token: string | undefined): Fault | undefined {
    if (token !== undefined && token === this.refused) return problem(401, "unauthenticated");
    return this.faults.shift();
  }
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Fault & { kind: "answer" } {
  const body = JSON.stringify({ type: "about:blank", title: code, status, code, detail: code, request_id: "" });
  return { kind: "answer", status, headers: { ...headers, "Content-Type": "application/problem+json" }, body };
}
