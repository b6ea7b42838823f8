/** HTTP beneath the client: address, credentials, retries, and the error envelope. */

import { Pocket3DAPIError, Pocket3DConnectionError } from './errors.js';
import type { RateLimit, TransferProgress } from './types.js';

/** 409 stands for "the same request is still being handled", which only keyed requests can meet. */
const RETRIED = new Set([409, 429, 502, 503, 504]);
const LONGEST_PAUSE_S = 30;
/** How often in a row a download may break. */
const BREAKS = 4;

export interface TransportOptions {
  baseUrl: string;
  apiKey: string | undefined;
  /** Milliseconds that one answer may take. */
  timeout: number;
  retries: number;
  fetch: typeof fetch;
}

export interface SendOptions {
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  idempotencyKey?: string | undefined;
  /** Whether a repetition does no harm; GET, DELETE and keyed requests may always be repeated. */
  retry?: boolean;
  signal?: AbortSignal | undefined;
}

/** Sends requests to one server and turns every failure into a `Pocket3DAPIError`. */
export class Transport {
  readonly baseUrl: string;
  rateLimit: RateLimit | undefined;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    let url: URL;
    try {
      url = new URL(options.baseUrl);
    } catch {
      throw new TypeError(`the base URL must start with http:// or https://, not ${JSON.stringify(options.baseUrl)}`);
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new TypeError(`the base URL must start with http:// or https://, not ${url.protocol}`);
    }
    this.baseUrl = url.origin + (url.pathname.replace(/\/+$/, '') || '/api/v1');
    this.#options = options;
  }

  /** Send a request and return the JSON object of the answer; {} where it has none. */
  async json(method: string, path: string, options: SendOptions = {}): Promise<Record<string, unknown>> {
    return this.#repeated(method, path, options, (response) => this.read(response));
  }

  /** The JSON object of an answer; an error is thrown. */
  async read(response: Response): Promise<Record<string, unknown>> {
    if (response.status >= 400) throw await this.#apiError(response);
    const text = await response.text();
    const body: unknown = text === '' ? {} : parsed(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw this.#wrongService(response.status);
    return body as Record<string, unknown>;
  }

  /** Send a request and return the answer as soon as its head is there. */
  async send(method: string, path: string, options: SendOptions = {}): Promise<Response> {
    return this.#repeated(method, path, options, async (response) => response);
  }

  /** Send a request, again after a passing failure when repeating it is harmless. */
  async #repeated<T>(
    method: string,
    path: string,
    options: SendOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const keyed = options.idempotencyKey !== undefined;
    const repeatable = options.retry ?? (method === 'GET' || method === 'DELETE' || keyed);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(method, path, options, read);
      } catch (error) {
        if (!(error instanceof Pocket3DAPIError) || !repeatable || attempt >= this.#options.retries) throw error;
        const status = error.statusCode;
        if (status !== undefined && (!RETRIED.has(status) || (status === 409 && !keyed))) throw error;
        const pause = error.retryAfter ?? 0.25 * 2 ** attempt;
        if (pause > LONGEST_PAUSE_S) throw error;
        await sleep(1000 * (pause + 0.1 * Math.random()), options.signal);
      }
    }
  }

  /** The whole address of a path, with its query. */
  url(path: string, query: SendOptions['query'] = {}): string {
    const url = new URL(`${this.baseUrl}/${path.replace(/^\/+/, '')}`);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return url.href;
  }

  /** The headers of every request. */
  headers(more: Record<string, string> = {}): Record<string, string> {
    const key = this.#options.apiKey;
    return { Accept: 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}), ...more };
  }

  async #once<T>(
    method: string,
    path: string,
    options: SendOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const headers = this.headers(options.headers);
    if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey;
    const request: RequestInit & { duplex?: 'half' } = { method, headers };
    if (options.json !== undefined) {
      headers['Content-Type'] = 'application/json';
      request.body = JSON.stringify(options.json);
    } else if (options.body !== undefined) {
      request.body = options.body;
      if (options.body instanceof ReadableStream) request.duplex = 'half';
    }
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new TimedOut()), this.#options.timeout);
    const signals = options.signal ? [late.signal, options.signal] : [late.signal];
    request.signal = AbortSignal.any(signals);
    try {
      const response = await this.#options.fetch(this.url(path, options.query), request);
      this.#noteRateLimit(response.headers);
      if (response.status >= 400) throw await this.#apiError(response);
      return await read(response);
    } catch (error) {
      if (error instanceof Pocket3DAPIError) throw error;
      if (options.signal?.aborted) throw options.signal.reason;
      throw this.connectionError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #apiError(response: Response): Promise<Pocket3DAPIError> {
    const body = parsed(await response.text()) as Record<string, unknown> | undefined;
    const seconds = Number(response.headers.get('Retry-After') || NaN);
    const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
    const code = body?.['error_code'];
    if (typeof code !== 'string') return this.#wrongService(response.status, retryAfter);
    return new Pocket3DAPIError(String(body?.['message'] ?? code), {
      errorCode: code,
      statusCode: response.status,
      details: body?.['details'] as Record<string, unknown> | undefined,
      requestId: body?.['request_id'] as string | undefined,
      retryAfter,
    });
  }

  #wrongService(statusCode: number, retryAfter?: number): Pocket3DConnectionError {
    return new Pocket3DConnectionError(`${this.baseUrl} answered with HTTP ${statusCode}, not like a Pocket3D server`, {
      errorCode: statusCode < 500 ? 'WRONG_SERVICE' : 'SERVER_ERROR',
      statusCode,
      retryAfter,
    });
  }

  /** Say in one sentence why there was no answer, or no whole one. */
  connectionError(cause: unknown, statusCode?: number): Pocket3DConnectionError {
    const late = cause instanceof TimedOut;
    return new Pocket3DConnectionError(late ? `${this.baseUrl} took too long to answer` : `Cannot reach ${this.baseUrl}`, {
      errorCode: 'CONNECTION_FAILED',
      statusCode,
      details: { suggestion: `Is the server running, and is this its address?${IN_PAGE ? ' May this page use it?' : ''}` },
      cause,
    });
  }

  #noteRateLimit(headers: Headers): void {
    const [limit, remaining, reset] = ['Limit', 'Remaining', 'Reset'].map((name) => headers.get(`X-RateLimit-${name}`));
    if (limit && remaining && reset) {
      this.rateLimit = { limit: Number(limit), remaining: Number(remaining), reset: Number(reset) };
    }
  }
}

const IN_PAGE = 'document' in globalThis;

class TimedOut extends Error {}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The chunks of a stream, also where a browser cannot iterate over one. */
export async function* chunks(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream?.getReader();
  try {
    for (let next = await reader?.read(); next?.value; next = await reader?.read()) yield next.value;
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

/** Wait so many milliseconds. Rejects with the signal's reason when it is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

export interface DownloadOptions {
  onProgress?: TransferProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** What arrives of a file, piece by piece; a cut connection is continued where it broke, if the file is unchanged. */
export async function* pieces(
  transport: Transport,
  path: string,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void, void> {
  let done = 0;
  let etag: string | null = null;
  for (let failures = 0; ; ) {
    const headers: Record<string, string> = { Accept: '*/*' };
    if (done && etag) Object.assign(headers, { Range: `bytes=${done}-`, 'If-Range': etag });
    const response = await transport.send('GET', path, { headers, signal: options.signal });
    if (done && response.status !== 206) {
      throw new Pocket3DConnectionError('the file changed while it was downloaded', { errorCode: 'CONNECTION_FAILED' });
    }
    etag = response.headers.get('ETag');
    const length = response.headers.get('Content-Length');
    const encoded = response.headers.get('Content-Encoding');
    const total = length !== null && !encoded ? done + Number(length) : null;
    try {
      for await (const piece of chunks(response.body)) {
        done += piece.byteLength;
        options.onProgress?.(done, total);
        failures = 0;
        yield piece;
      }
      if (total === null || done === total) return;
      throw new Error(`the download ended after ${done} of ${total} bytes`);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (++failures > BREAKS || !etag) throw transport.connectionError(error);
      await sleep(250 * 2 ** failures, options.signal);
    }
  }
}

/** The pieces as one. */
export async function collected(parts: AsyncIterable<Uint8Array>): Promise<Blob> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts) all.push(part as Uint8Array<ArrayBuffer>);
  return new Blob(all);
}
