/**
 * Where a station serves besides its Unix socket, as the configuration says it now.
 *
 *     wanted ─► prepare: what is new opens ─┬─► commit: what is gone or changed closes
 *                    └ a port is taken: throws, nothing has changed
 *                                           └─► abandon: what was opened closes again
 *
 * A place whose tokens or certificate changed is closed and opened: who came in by an old token is
 * out.
 */
import type { ControlServer, Listen } from "../../control/server/mod.ts";
import type { Health } from "../../control/contract/mod.ts";
import { type HealthServer, serveHealth } from "./health_server.ts";

export type TcpListen = Extract<Listen, { kind: "tcp" }>;

export interface WantedPlaces {
  /** Further places of the control API; absent: none. */
  listen?: readonly TcpListen[];
  /** Of `/healthz` and `/readyz`; absent: not served. */
  healthPort?: number;
}

/** What is done when everything new could be opened, or when something else failed. */
export interface PreparedPlaces {
  /** @throws OffhookError when a place that changed cannot be opened again */
  commit(): Promise<void>;
  abandon(): Promise<void>;
}

interface Place {
  /** Everything about it: another text is another place. */
  definition: string;
  server: ControlServer;
}

export interface ServedPlacesOptions {
  open(listen: TcpListen): Promise<ControlServer>;
  health(): Health;
}

export class ServedPlaces {
  readonly #options: ServedPlacesOptions;
  /** By `host:port` as it was asked for, in the order of the configuration. */
  #places = new Map<string, Place>();
  #health: { wanted: number; server: HealthServer } | undefined;

  constructor(options: ServedPlacesOptions) {
    this.#options = options;
  }

  get addresses(): string[] {
    return [...this.#places.values()].map(({ server }) => server.address);
  }

  get healthPort(): number | undefined {
    return this.#health?.server.port;
  }

  /** @throws OffhookError `station-refused`, `config-invalid` when a new place cannot be had */
  async prepare({ listen = [], healthPort }: WantedPlaces): Promise<PreparedPlaces> {
    const wanted = new Map(listen.map((place) => [placeOf(place), place]));
    const opened = new Map<string, Place>();
    const abandon = async () => {
      for (const { server } of opened.values()) await server.close();
    };
    try {
      for (const [where, place] of wanted) {
        if (!this.#places.has(where)) opened.set(where, await this.#open(place));
      }
      const health = this.#prepareHealth(healthPort);
      return {
        commit: async () => {
          await health.commit();
          await this.#commit(wanted, opened);
        },
        abandon: async () => {
          await health.abandon();
          await abandon();
        },
      };
    } catch (error) {
      await abandon();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const { server } of this.#places.values()) await server.close();
    this.#places.clear();
    await this.#health?.server.close();
    this.#health = undefined;
  }

  async #open(listen: TcpListen): Promise<Place> {
    return { definition: definitionOf(listen), server: await this.#options.open(listen) };
  }

  async #commit(wanted: Map<string, TcpListen>, opened: Map<string, Place>): Promise<void> {
    for (const [where, { definition, server }] of this.#places) {
      const place = wanted.get(where);
      if (place !== undefined && definitionOf(place) === definition) continue;
      this.#places.delete(where);
      await server.close();
      if (place !== undefined) opened.set(where, await this.#open(place));
    }
    const places = [...wanted.keys()].map((where): [string, Place] => [
      where,
      opened.get(where) ?? this.#places.get(where)!,
    ]);
    this.#places = new Map(places);
  }

  #prepareHealth(wanted: number | undefined): PreparedPlaces {
    const before = this.#health;
    const nothing = () => Promise.resolve();
    if (wanted === before?.wanted) return { commit: nothing, abandon: nothing };
    const next = wanted === undefined
      ? undefined
      : { wanted, server: serveHealth(wanted, () => this.#options.health()) };
    return {
      commit: async () => {
        this.#health = next;
        await before?.server.close();
      },
      abandon: async () => await next?.server.close(),
    };
  }
}

function placeOf({ host, port }: TcpListen): string {
  return `${host}:${port}`;
}

function definitionOf({ tokens, tls }: TcpListen): string {
  return JSON.stringify([[...tokens], tls ?? null]);
}
