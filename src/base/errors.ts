/**
 * The one catalogue of errors, and the one error class. A code means the same on the wire, in the
 * command line and in MATLAB; `message` alone is enough to show a user, the other fields say more.
 */

/** Every code with its meaning (the table at the end of PROTOCOL.md). */
const ERROR_CODES = {
  bad_message: 'not a message of this protocol (header, frames, types or sizes)',
  protocol_version: 'another protocol version; the message says which side to update',
  unknown_method: 'no such method on this socket',
  unknown_option: 'a key of params that the method does not know; the nearest known one is offered',
  invalid_argument: 'a value of wrong type or out of range',
  file_not_found: 'no such file',
  file_unreadable: 'exists but cannot be read',
  file_damaged: 'of a known format, but truncated or inconsistent; `where` names the place',
  file_format: 'none of the known formats',
  no_force_constants: 'a good file without force constants',
  no_scattering_length: 'an element without a coherent scattering length',
  unknown_model: 'the daemon does not have the model (see Restart)',
  unknown_job: 'the daemon does not have the job (see Restart)',
  unknown_points: 'the daemon does not keep these q-points, or no longer: send them again',
  cancelled: 'the job was cancelled',
  too_large: 'exceeds a named limit',
  over_capacity: 'more under way than the named limit',
  out_of_memory: 'the computer had no memory left for it; the daemon goes on',
  shutting_down: 'the daemon is ending',
  no_workers: 'no worker of the cluster has been there for ten minutes',
  internal: 'a fault of the daemon; its log has more',
  no_daemon: 'no daemon is alive and none could be started (raised by a client)',
  daemon_lost: 'the daemon ended or stopped answering (raised by a client)',
  other_host: 'the connection file belongs to a daemon of another host (raised by a client)',
  runtime_directory:
    'the connection file or its directory cannot be used: not writable, or open to other users (raised by either side)',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What an error may say beside its message. */
interface ErrorDetails {
  /** the file, field or index */
  where?: string;
  /** what was asked for */
  expected?: string;
  /** what to do */
  advice?: string;
}

/** An error as it crosses the wire. */
export interface ErrorBody extends ErrorDetails {
  code: string;
  message: string;
}

/** An error with a code of the catalogue. */
export class EuphonicError extends Error {
  readonly code: ErrorCode;
  readonly where?: string;
  readonly expected?: string;
  readonly advice?: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EuphonicError';
    this.code = code;
    if (details.where !== undefined) this.where = details.where;
    if (details.expected !== undefined) this.expected = details.expected;
    if (details.advice !== undefined) this.advice = details.advice;
  }

  /** The fields that travel. */
  toBody(): ErrorBody {
    const body: ErrorBody = { code: this.code, message: this.message };
    if (this.where !== undefined) body.where = this.where;
    if (this.expected !== undefined) body.expected = this.expected;
    if (this.advice !== undefined) body.advice = this.advice;
    return body;
  }

  /** The error that a body describes; a code this side does not know becomes `internal`, its name kept in the message. */
  static fromBody(body: ErrorBody): EuphonicError {
    const known = Object.hasOwn(ERROR_CODES, body.code);
    return new EuphonicError(
      known ? (body.code as ErrorCode) : 'internal',
      known ? body.message : `${body.message} (${body.code})`,
      body,
    );
  }

  /** Message, place, expectation and advice as one text for a terminal. */
  describe(): string {
    const parts = [this.message];
    if (this.where !== undefined) parts.push(`Where: ${this.where}`);
    if (this.expected !== undefined) parts.push(`Expected: ${this.expected}`);
    if (this.advice !== undefined) parts.push(`Advice: ${this.advice}`);
    return parts.join('\n  ');
  }
}

/** Any thrown value as an EuphonicError; what is not one yet is a fault, code `internal`. */
export function asEuphonicError(thrown: unknown): EuphonicError {
  if (thrown instanceof EuphonicError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // what V8 and Node say where no memory is left for an array
  if (thrown instanceof RangeError && /allocation failed|Invalid typed array length/.test(message)) {
    return new EuphonicError('out_of_memory', `There is no memory left: ${message}.`, {}, { cause: thrown });
  }
  return new EuphonicError('internal', message, {}, { cause: thrown });
}
