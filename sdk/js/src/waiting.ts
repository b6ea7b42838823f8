/** Following a job to its end: server-sent events while they work, asking again where they do not. */

import { JobFailedError, Pocket3DAPIError, Pocket3DTimeoutError } from './errors.js';
import { serverSentEvents } from './events.js';
import { fromApi } from './names.js';
import { sleep, type Transport } from './transport.js';
import type { Job, JobEvent, JobResult } from './types.js';

/** Milliseconds without a byte after which a stream counts as dead; servers send a comment every few seconds. */
const SILENCE = 45_000;
/** Failures in a row, after the transport's own repetitions, before a server is given up. */
const PATIENCE = 8;
const PASSING = new Set([undefined, 409, 429, 502, 503, 504]);
const NO_STREAM = new Set([404, 405, 406, 501]);

export interface WaitOptions {
  /** Milliseconds to wait at most. */
  timeout?: number | undefined;
  onEvent?: ((event: JobEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds between questions where events do not work. */
  pollInterval?: number | undefined;
}

/** The result of a job when it has ended. Throws JobFailedError and Pocket3DTimeoutError. */
export async function resultOf(transport: Transport, jobId: string, options: WaitOptions): Promise<JobResult> {
  const interval = options.pollInterval ?? 1000;
  const deadline = options.timeout === undefined ? Infinity : performance.now() + options.timeout;
  const watched = new Watched(options.signal, deadline);
  const stream = new EventStream(transport, jobId, watched.signal);
  let pause = interval;

  try {
    for (let failures = 0; ; ) {
      for await (const event of stream.events()) options.onEvent?.(event);
      watched.check(jobId, options);
      let job: Job;
      try {
        job = fromApi<Job>(await transport.json('GET', `mesh/status/${jobId}`, { signal: watched.signal }));
        failures = 0;
      } catch (error) {
        watched.check(jobId, options);
        // A server that restarts is back within seconds and a quota fills up again: the job goes on.
        if (!(error instanceof Pocket3DAPIError) || !PASSING.has(error.statusCode) || ++failures > PATIENCE) throw error;
        await watched.sleep(error.retryAfter === undefined ? interval * failures : 1000 * error.retryAfter);
        continue;
      }
      if (job.status === 'completed' || job.status === 'error') return outcome(job);
      if (!stream.works) options.onEvent?.(asEvent(job));
      await watched.sleep(pause);
      pause = Math.min(1.5 * pause, 5 * interval); // asking costs quota
    }
  } finally {
    watched.close();
  }
}

/** A job's events, taken up again where they broke. */
class EventStream {
  /** False where the server, or something before it, sends none. */
  works = true;
  #lastId: string | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly jobId: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Events until the last one, or until the stream breaks; none where there is no stream. */
  async *events(): AsyncGenerator<JobEvent, void, void> {
    if (!this.works) return;
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), SILENCE);
    const beat = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), SILENCE);
    };
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (this.#lastId !== undefined) headers['Last-Event-ID'] = this.#lastId;
      const signal = AbortSignal.any([this.signal, quiet.signal]);
      const response = await this.transport.send('GET', `jobs/${this.jobId}/events`, { headers, retry: false, signal });
      if (response.status === 204) return;
      this.works = Boolean(response.body && response.headers.get('Content-Type')?.includes('text/event-stream'));
      if (!this.works || !response.body) return;
      for await (const { id, data } of serverSentEvents(response.body, beat)) {
        this.#lastId = id ?? this.#lastId;
        const event = fromApi<JobEvent>(JSON.parse(data));
        yield event;
        if (event.event === 'job_completed' || event.event === 'job_failed') return;
      }
    } catch (error) {
      // A broken stream is opened again; the question for the status that follows says whether the server is there.
      if (error instanceof Pocket3DAPIError && NO_STREAM.has(error.statusCode ?? 0)) this.works = false;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The caller's own signal and the deadline together. */
class Watched {
  readonly signal: AbortSignal;
  readonly #late = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #caller: AbortSignal | undefined;

  constructor(caller: AbortSignal | undefined, deadline: number) {
    this.#caller = caller;
    this.signal = caller ? AbortSignal.any([caller, this.#late.signal]) : this.#late.signal;
    if (deadline < Infinity) {
      this.#timer = setTimeout(() => this.#late.abort(), Math.max(0, deadline - performance.now()));
    }
  }

  /** Throw what the caller is to see if either has ended the wait. */
  check(jobId: string, options: WaitOptions): void {
    this.#caller?.throwIfAborted();
    if (this.#late.signal.aborted) {
      throw new Pocket3DTimeoutError(`Job ${jobId} was not finished after ${options.timeout} ms; it is still running`, {
        errorCode: 'TIMEOUT',
        details: { job_id: jobId },
      });
    }
  }

  /** Wait so many milliseconds; an end of the wait is `check`'s to tell. */
  async sleep(milliseconds: number): Promise<void> {
    await sleep(milliseconds, this.signal).catch(() => undefined);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

function asEvent(job: Job): JobEvent {
  const { jobId, progress, stage, eta } = job;
  return { event: 'progress_update', jobId, timestamp: new Date().toISOString(), progress, stage, eta };
}

function outcome(job: Job): JobResult {
  if (job.status === 'completed' && job.result) return job.result;
  throw new JobFailedError(job.error?.message ?? 'The job failed', job.jobId, {
    errorCode: job.error?.errorCode ?? 'PROCESSING_FAILED',
    details: job.error?.details,
  });
}
