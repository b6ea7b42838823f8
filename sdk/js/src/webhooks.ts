/** Is this really what the server sent? Signatures after Standard Webhooks (https://www.standardwebhooks.com). */

import { fromBase64 } from './base64.js';
import { Pocket3DAPIError } from './errors.js';
import { fromApi } from './names.js';
import type { WebhookPayload } from './types.js';

/** Seconds that a message may be old, or ahead of this clock. */
const TOLERANCE = 300;

export type HeadersLike = Headers | Record<string, string | string[] | undefined>;

/** The payload of a webhook. Throws Pocket3DAPIError `INVALID_SIGNATURE` unless it is signed with the secret and fresh.
 *
 * `body` is the body exactly as it came, before any JSON is read from it.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: HeadersLike,
  secret: string,
  options: { tolerance?: number; now?: number } = {},
): Promise<WebhookPayload> {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => headerOf(headers, `webhook-${name}`));
  if (!id || !timestamp || !signatures) throw refused('its headers webhook-id, -timestamp and -signature are not all there');
  const age = (options.now ?? Date.now()) / 1000 - Number(timestamp);
  if (!(Math.abs(age) <= (options.tolerance ?? TOLERANCE))) throw refused('its time is too far from now');
  const key = await crypto.subtle.importKey('raw', keyOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  for (const signature of signatures.split(' ')) {
    const [version, encoded] = signature.split(',', 2);
    if (version !== 'v1' || !encoded) continue;
    if (await crypto.subtle.verify('HMAC', key, bytesOf(encoded), signed)) return fromApi(JSON.parse(text));
  }
  throw refused('no signature fits the secret');
}

function headerOf(headers: HeadersLike, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found.join(' ') : found;
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  return secret.startsWith('whsec_') ? bytesOf(secret.slice(6)) : new TextEncoder().encode(secret);
}

function bytesOf(encoded: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(encoded);
  } catch {
    throw refused('a signature or the secret is no base64');
  }
}

function refused(why: string): Pocket3DAPIError {
  return new Pocket3DAPIError(`This webhook cannot be trusted: ${why}`, {
    errorCode: 'INVALID_SIGNATURE',
    details: { suggestion: 'Compare the secret, and pass the body on exactly as it came.' },
  });
}
