/** The client: one object, one property for each chapter of the API. */

import {
  AccountResource,
  FilesResource,
  jobIdOf,
  JobsResource,
  MeshResource,
  ModelsResource,
  RigResource,
  SegmentResource,
  SystemResource,
  TextureResource,
  WebhooksResource,
  type JobLike,
} from './resources.js';
import { collected, pieces, Transport, type DownloadOptions } from './transport.js';
import type { JobEvent, JobEventName, JobResult, RateLimit } from './types.js';
import { resultOf, type WaitOptions } from './waiting.js';

export const DEFAULT_BASE_URL = 'https://api.pocket3d.studio/api/v1';

export interface ClientOptions {
  /** In Node, POCKET3D_API_KEY by default. An empty one means none. */
  apiKey?: string;
  /** In Node, POCKET3D_BASE_URL by default, then the public API. An address without a path gets `/api/v1`. */
  baseUrl?: string;
  /** Milliseconds that one answer may take. */
  timeout?: number;
  /** How often passing failures are tried again. */
  retries?: number;
  fetch?: typeof fetch;
}

/** What `on` listens to: the events of all jobs that this client waits for. */
export interface ClientEvents {
  queued: JobEvent;
  started: JobEvent;
  progress: JobEvent & { progress: number; stage: string };
  completed: JobEvent;
  failed: JobEvent;
}

const NAMES: Record<JobEventName, keyof ClientEvents> = {
  job_queued: 'queued',
  job_started: 'started',
  progress_update: 'progress',
  job_completed: 'completed',
  job_failed: 'failed',
};

/** Talks to a Pocket3D server. Every submit carries an idempotency key, so passing failures are tried again without
 * starting a job twice. */
export class Pocket3DClient {
  readonly mesh: MeshResource;
  readonly texture: TextureResource;
  readonly segment: SegmentResource;
  readonly rig: RigResource;
  readonly jobs: JobsResource;
  readonly files: FilesResource;
  readonly models: ModelsResource;
  readonly webhooks: WebhooksResource;
  readonly account: AccountResource;
  readonly system: SystemResource;
  readonly #transport: Transport;
  readonly #listeners = new Map<keyof ClientEvents, Set<(event: never) => void>>();

  constructor(options: ClientOptions = {}) {
    this.#transport = new Transport({
      baseUrl: options.baseUrl ?? environment('POCKET3D_BASE_URL') ?? DEFAULT_BASE_URL,
      apiKey: options.apiKey ?? environment('POCKET3D_API_KEY'),
      timeout: options.timeout ?? 60_000,
      retries: options.retries ?? 4,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    });
    this.mesh = new MeshResource(this.#transport);
    this.texture = new TextureResource(this.#transport);
    this.segment = new SegmentResource(this.#transport);
    this.rig = new RigResource(this.#transport);
    this.jobs = new JobsResource(this.#transport);
    this.files = new FilesResource(this.#transport);
    this.models = new ModelsResource(this.#transport);
    this.webhooks = new WebhooksResource(this.#transport);
    this.account = new AccountResource(this.#transport);
    this.system = new SystemResource(this.#transport);
  }

  /** Where requests go, `/api/v1` included. */
  get baseUrl(): string {
    return this.#transport.baseUrl;
  }

  /** The quota as the last answer gave it. */
  get rateLimit(): RateLimit | undefined {
    return this.#transport.rateLimit;
  }

  /** Listen to the jobs that this client waits for; the answer stops it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener as (event: never) => void));
    return () => this.off(name, listener);
  }

  /** Listen no more. */
  off<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): void {
    this.#listeners.get(name)?.delete(listener as (event: never) => void);
  }

  /** The result of a job when it has ended. Throws JobFailedError when it fails or is cancelled, and
   * Pocket3DTimeoutError after `timeout` milliseconds (the job goes on). */
  waitForCompletion(job: JobLike, options: WaitOptions = {}): Promise<JobResult> {
    const onEvent = (event: JobEvent): void => {
      options.onEvent?.(event);
      for (const listener of this.#listeners.get(NAMES[event.event]) ?? []) listener(event as never);
    };
    return resultOf(this.#transport, jobIdOf(job), { ...options, onEvent });
  }

  /** The file that a finished job made; a cut connection is continued. */
  download(job: JobLike, options: DownloadOptions = {}): Promise<Blob> {
    return collected(this.stream(job, options));
  }

  /** The same piece by piece, for files that do not fit into memory. */
  stream(job: JobLike, options: DownloadOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    return pieces(this.#transport, `mesh/download/${jobIdOf(job)}`, options);
  }
}

function environment(name: string): string | undefined {
  return typeof process === 'undefined' ? undefined : process.env?.[name] || undefined;
}
