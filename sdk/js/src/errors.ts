/** What can go wrong. Everything that the client throws on purpose is a `Pocket3DAPIError`. */

export interface ErrorFacts {
  /** One of the API's codes, such as `INVALID_INPUT` or `QUEUE_FULL`. */
  errorCode?: string;
  /** The HTTP status; absent when there was no answer. */
  statusCode?: number | undefined;
  details?: Record<string, unknown> | undefined;
  /** Quote it when you report an error. */
  requestId?: string | undefined;
  /** Seconds to wait before trying again. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** The API answered with its error envelope; the subclasses cover what happens around it. */
export class Pocket3DAPIError extends Error {
  readonly errorCode: string;
  readonly statusCode: number | undefined;
  readonly details: Record<string, unknown>;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.errorCode = facts.errorCode ?? 'UNKNOWN';
    this.statusCode = facts.statusCode;
    this.details = facts.details ?? {};
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
  }

  /** What the caller can do, if the server knows. */
  get suggestion(): string | undefined {
    const text = this.details['suggestion'];
    return typeof text === 'string' ? text : undefined;
  }
}

/** No usable answer: refused, unreachable, cut off, or something else listens there. */
export class Pocket3DConnectionError extends Pocket3DAPIError {}

/** The job did not end within the time that the caller allowed. It goes on running on the server. */
export class Pocket3DTimeoutError extends Pocket3DAPIError {}

/** The job ended with status `error`; a cancelled one too, with `errorCode` `CANCELLED`. */
export class JobFailedError extends Pocket3DAPIError {
  readonly jobId: string;

  constructor(message: string, jobId: string, facts: ErrorFacts = {}) {
    super(message, facts);
    this.jobId = jobId;
  }
}
