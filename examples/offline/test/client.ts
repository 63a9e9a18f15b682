/** What a schedule does on a device, whatever keeps the rows there. */
import type { Kind, Row, Service } from "../service.js";

export interface Client {
  rows(): Promise<Row[]>;
  insert(row: Row): Promise<void>;
  update(row: Row, values: Partial<Row>): Promise<void>;
  remove(row: Row): Promise<void>;
  /** Now, if there is a network. */
  sync(): Promise<void>;
  hasUnsent(): Promise<boolean>;
  stop(): Promise<void>;
}

export type Open = (name: string, service: Service) => Promise<Client>;
export type { Kind, Row };
