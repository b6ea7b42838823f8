/** What needs no server. */

import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { verifyWebhook } from '@pocket3d/sdk';
import { serverSentEvents } from '../dist/events.js';
import { fromApi, toApi } from '../dist/names.js';

async function eventsOf(...pieces) {
  const encoder = new TextEncoder();
  const stream = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  const found = [];
  for await (const event of serverSentEvents(stream)) found.push(event);
  return found;
}

test('events are read however they are cut, with any line end', async () => {
  const text = ': hello\nid: 1\ndata: {"a":\ndata: "ü"}\n\nevent: x\r\ndata:two\r\nid: 2\r\n\r\ndata: lost';
  const whole = [{ id: '1', data: '{"a":\n"ü"}' }, { id: '2', data: 'two' }];
  assert.deepEqual(await eventsOf(text), whole);
  const bytes = new TextEncoder().encode(text);
  assert.deepEqual(await eventsOf(...Array.from(bytes, (byte) => Uint8Array.of(byte))), whole);
});

test('names are turned both ways, but not within settings', () => {
  const sent = toApi({ meshFile: 'a', meshOptions: { targetFaces: 5 }, parameters: { keepThis: 1 }, left: undefined });
  assert.deepEqual(sent, { mesh_file: 'a', mesh_options: { target_faces: 5 }, parameters: { keepThis: 1 } });
  assert.deepEqual(fromApi({ job_id: 'x', parts: [{ part_id: 'y' }], details: { kept_so: 1 } }), {
    jobId: 'x',
    parts: [{ partId: 'y' }],
    details: { kept_so: 1 },
  });
});

test('a webhook is believed only when it is signed and fresh', async () => {
  for (const secret of [`whsec_${randomBytes(24).toString('base64')}`, 'a secret of my own']) {
    const body = JSON.stringify({ event: 'job_completed', job_id: 'job_1', timestamp: 'now', data: { feature: 'mesh_generation' } });
    const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = (at = seconds, text = body) => ({
      'webhook-id': 'msg_1',
      'Webhook-Timestamp': String(at),
      'webhook-signature': `v1,${Buffer.from('no').toString('base64')} v1,${createHmac('sha256', key).update(`msg_1.${at}.${text}`).digest('base64')}`,
    });
    const payload = await verifyWebhook(body, headers(), secret);
    assert.deepEqual([payload.jobId, payload.data.feature], ['job_1', 'mesh_generation']);
    assert.equal((await verifyWebhook(Buffer.from(body), new Headers(headers()), secret)).jobId, 'job_1');
    const refused = { errorCode: 'INVALID_SIGNATURE' };
    await assert.rejects(verifyWebhook(body.replace('job_1', 'job_2'), headers(), secret), refused);
    await assert.rejects(verifyWebhook(body, headers(seconds - 400), secret), refused);
    await assert.rejects(verifyWebhook(body, headers(), 'whsec_AAAA'), refused);
    await assert.rejects(verifyWebhook(body, {}, secret), refused);
    await assert.rejects(verifyWebhook(body, headers(), 'whsec_%%%'), refused);
  }
});
