/** What lies between a client and the service: it counts, and goes down or swallows an answer when it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class Proxy {
  isDown = false;
  losesNext = false;
  requests = 0;
  lost = 0;
  refusedAsTooOld = 0;
  readonly outcomes = new Map<string, number>();
  private readonly server = createServer((request, response) => void this.pass(request, response));

  constructor(private readonly service: string) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (this.isDown) return void request.socket.destroy();
    this.requests += 1;
    this.outcomes.set(request.method!, (this.outcomes.get(request.method!) ?? 0) + 1);
    const headers = { Authorization: request.headers.authorization ?? "", "Content-Type": "application/json" };
    const body = request.method === "POST" ? Buffer.concat(parts) : undefined;
    const answer = await fetch(this.service + request.url, { method: request.method!, headers, body: body ?? null });
    const text = await answer.text();
    if (answer.status === 410) this.refusedAsTooOld += 1;
    if (answer.ok && body) {
      const results: { status: string; code?: string }[] = JSON.parse(text).results;
      for (const { status, code } of results) this.outcomes.set(code ?? status, (this.outcomes.get(code ?? status) ?? 0) + 1);
      if (this.losesNext && results.some(({ status }) => status === "applied")) {
        this.losesNext = false;
        this.lost += 1;
        return void request.socket.destroy();
      }
    } else if (answer.status !== 410 && !answer.ok) {
      console.error(`${request.method} ${request.url}: ${answer.status} ${text}`);
    }
    response.writeHead(answer.status, { "Content-Type": "application/json" });
    response.end(text.replaceAll(this.service, `http://${request.headers.host}`));
  }
}
