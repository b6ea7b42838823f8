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
  let pause = interval;
  let streaming = true;
  let lastEventId: string | undefined;

  const follow = async (): Promise<void> => {
    const quiet = new AbortController();
    const signal = AbortSignal.any([watched.signal, quiet.signal]);
    let timer = setTimeout(() => quiet.abort(), SILENCE);
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (lastEventId !== undefined) headers['Last-Event-ID'] = lastEventId;
      const response = await transport.send('GET', `jobs/${jobId}/events`, { headers, retry: false, signal });
      if (response.status === 204) return;
      if (!response.headers.get('Content-Type')?.includes('text/event-stream') || !response.body) {
        streaming = false;
        return;
      }
      const beating = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform: (chunk, controller) => {
            clearTimeout(timer);
            timer = setTimeout(() => quiet.abort(), SILENCE);
            controller.enqueue(chunk);
          },
        }),
      );
      for await (const { id, data } of serverSentEvents(beating)) {
        lastEventId = id ?? lastEventId;
        const event = fromApi<JobEvent>(JSON.parse(data));
        options.onEvent?.(event);
        if (event.event === 'job_completed' || event.event === 'job_failed') return;
      }
    } catch (error) {
      if (error instanceof Pocket3DAPIError && NO_STREAM.has(error.statusCode ?? 0)) streaming = false;
      watched.check(jobId, options);
    } finally {
      clearTimeout(timer);
    }
  };

  try {
    for (let failures = 0; ; ) {
      if (streaming) await follow();
      watched.check(jobId, options);
      try {
        const answer = await transport.json('GET', `mesh/status/${jobId}`, { signal: watched.signal });
        failures = 0;
        const job = fromApi<Job>(answer);
        if (job.status === 'completed' || job.status === 'error') return outcome(job);
        if (!streaming) options.onEvent?.(asEvent(job));
        await sleep(pause, watched.signal);
        pause = Math.min(1.5 * pause, 5 * interval); // asking costs quota
      } catch (error) {
        watched.check(jobId, options);
        if (!(error instanceof Pocket3DAPIError) || error instanceof JobFailedError) throw error;
        // A server that restarts is back within seconds and a quota fills up again: the job goes on.
        if (!PASSING.has(error.statusCode) || ++failures > PATIENCE) throw error;
        const seconds = error.retryAfter;
        await sleep(seconds === undefined ? interval * failures : 1000 * seconds, watched.signal).catch(() => undefined);
      }
    }
  } finally {
    watched.close();
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
