/** The client against a real server: POCKET3D_BASE_URL, and its key in POCKET3D_API_KEY. Test engines run there. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { JobFailedError, Pocket3DAPIError, Pocket3DClient, Pocket3DConnectionError, Pocket3DTimeoutError } from '@pocket3d/sdk';
import { fileFrom, saveResult } from '@pocket3d/sdk/node';

const client = new Pocket3DClient();
const steps = (parameters) => ({ prompt: 'a cube', modelPreference: 'test_steps', parameters });

/** A proxy before the real server; `meddle(request, response, pass)` decides what happens to a request. */
async function proxied(run, meddle) {
  const target = new URL(client.baseUrl);
  const proxy = createServer((incoming, outgoing) => {
    const pass = (onAnswer = (answer) => answer.pipe(outgoing)) => {
      const { method, headers, url } = incoming;
      const passed = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        onAnswer(answer, outgoing);
      });
      incoming.pipe(passed);
      outgoing.on('close', () => passed.destroy());
      passed.on('error', () => outgoing.destroy());
    };
    meddle(incoming, outgoing, pass);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    return await run(new Pocket3DClient({ baseUrl: `http://127.0.0.1:${proxy.address().port}` }));
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

test('the lines of the reference, as they stand there', async () => {
  const program = await readFile(process.env.REFERENCE_PROGRAM, 'utf8');
  const file = join(import.meta.dirname, `.reference.${process.pid}.mjs`);
  await writeFile(file, `${program}\nexport { client, job, result };\n`);
  try {
    const { job, result } = await import(file);
    assert.match(result.filePath, /^outputs\/.*\.glb$/);
    assert.equal((await client.jobs.get(job)).request.quality, 'medium');
  } finally {
    const { rm } = await import('node:fs/promises');
    await rm(file);
  }
});

test('from a prompt to a rig, with every event and a file on disk', async () => {
  const own = new Pocket3DClient();
  const seen = [];
  const fractions = [];
  own.on('started', (event) => seen.push(event.event));
  own.on('completed', (event) => seen.push(event.event));
  const stop = own.on('progress', ({ progress, stage, jobId }) => fractions.push([progress, stage, jobId]));
  const job = await own.mesh.generateFromText({ ...steps({ seconds: 0.15 }), seed: 7 });
  const result = await own.waitForCompletion(job.jobId);
  stop();
  assert.deepEqual([result.vertices, result.faces, result.format, result.seed], [8, 12, 'glb', 7]);
  assert.deepEqual(seen, ['job_started', 'job_completed']);
  assert.ok(fractions.length > 0 && fractions.every(([, stage, id]) => stage && id === job.jobId));
  assert.deepEqual([...fractions].sort((a, b) => a[0] - b[0]), fractions);

  const folder = await mkdtemp(join(tmpdir(), 'pocket3d-'));
  const path = await saveResult(own, job, join(folder, 'new', 'cube.glb'));
  assert.equal((await readFile(path)).length, result.fileSize);
  assert.deepEqual(await readdir(join(folder, 'new')), ['cube.glb']);

  const parts = await own.waitForCompletion(await own.segment.analyze({ mesh: job, modelPreference: 'test_halves' }));
  assert.deepEqual(parts.parts.map((part) => part.partId), ['head', 'body']);
  const rig = await own.rig.generate({ mesh: await fileFrom(path), modelPreference: 'test_bones' });
  const { bones } = await own.waitForCompletion(rig);
  assert.deepEqual(bones.map((bone) => [bone.name, bone.parent]), [['Root', null], ['Spine', 'Root']]);
  const blob = await own.download(job);
  assert.equal(blob.size, result.fileSize);
  assert.equal(fractions.length > 0 && own.rateLimit.remaining >= 0, true);
});

test('the same key is the same job, and another body is refused', async () => {
  const idempotencyKey = crypto.randomUUID();
  const first = await client.mesh.generateFromText({ ...steps(), idempotencyKey });
  const again = await client.mesh.generateFromText({ ...steps(), idempotencyKey });
  assert.equal(first.jobId, again.jobId);
  await assert.rejects(client.mesh.generateFromText({ ...steps(), prompt: 'a ball', idempotencyKey }), { statusCode: 422 });
});

test('waiting ends at its time, by its signal, and when the job is cancelled', async () => {
  const job = await client.mesh.generateFromText(steps({ steps: 500, seconds: 0.2 }));
  await assert.rejects(client.waitForCompletion(job, { timeout: 300 }), Pocket3DTimeoutError);
  await assert.rejects(client.waitForCompletion(job, { signal: AbortSignal.timeout(300) }), { name: 'TimeoutError' });
  const cancelled = (error) => error instanceof JobFailedError && error.errorCode === 'CANCELLED';
  const waiting = assert.rejects(client.waitForCompletion(job), cancelled);
  assert.equal((await client.jobs.cancel(job)).status, 'error');
  await waiting;
  const listed = [];
  for await (const one of client.jobs.iterate({ status: 'error' })) listed.push(one.jobId);
  assert.ok(listed.includes(job.jobId));
  await client.jobs.delete(job);
  await assert.rejects(client.jobs.get(job), { errorCode: 'NOT_FOUND' });
});

test('an error of a listener is the caller\'s', async () => {
  const job = await client.mesh.generateFromText(steps());
  const onEvent = () => {
    throw new RangeError('of the listener');
  };
  await assert.rejects(client.waitForCompletion(job, { onEvent }), RangeError);
});

test('a refusal says what to do', async () => {
  const job = await client.mesh.generateFromText({ prompt: 'a cube', modelPreference: 'test_refuses' });
  await assert.rejects(client.waitForCompletion(job), JobFailedError);
  await assert.rejects(client.download(job), { errorCode: 'CONFLICT' });
  await assert.rejects(client.mesh.generateFromText({ prompt: ' ' }), (error) => {
    assert.ok(error instanceof Pocket3DAPIError);
    assert.equal(error.errorCode, 'INVALID_INPUT');
    assert.ok(error.requestId);
    return true;
  });
  await assert.rejects(new Pocket3DClient({ apiKey: 'p3d_wrong' }).account.get(), { statusCode: 401 });
  await assert.rejects(client.mesh.generateFromText('a cube'), /takes an object/);
  await assert.rejects(client.mesh.generateFromImages({ images: 'cube.png' }), /fileFrom/);
  await assert.rejects(client.rig.generate({ mesh: 'cube.glb' }), /fileFrom/);
  await assert.rejects(fileFrom('nowhere.glb'), /nowhere\.glb/);
  const nobody = new Pocket3DClient({ baseUrl: 'http://127.0.0.1:9', retries: 0 });
  await assert.rejects(nobody.system.health(), (error) => error instanceof Pocket3DConnectionError && !!error.suggestion);
  assert.throws(() => new Pocket3DClient({ baseUrl: 'ftp://somewhere' }), TypeError);
});

test('uploads tell how far they are', async () => {
  const job = await client.mesh.generateFromText(steps());
  await client.waitForCompletion(job);
  const blob = await client.download(job);
  const told = [];
  const [path] = await client.mesh.upload([new File([blob], 'cube.glb')], { onProgress: (...seen) => told.push(seen) });
  assert.match(path, /^uploads\//);
  assert.equal(told.at(-1)[0], told.at(-1)[1]);
  assert.ok(told.at(-1)[0] > blob.size);
});

test('models, health and account have their names in JavaScript, and settings keep theirs', async () => {
  const models = await client.models.list();
  const model = models.find(({ modelId }) => modelId === 'test_steps');
  assert.ok(model.ready && 'pid_file' in model.parameters.properties);
  const health = await client.system.health();
  assert.equal(typeof health.queueSize, 'number');
  assert.ok((await client.account.get()).accountId);
});

test('a download that is cut goes on where it broke', async () => {
  const job = await client.mesh.generateFromText(steps());
  const { filePath, fileSize } = await client.waitForCompletion(job);
  const ranges = [];
  const cut = (answer, outgoing) =>
    answer.once('data', (chunk) => {
      outgoing.write(chunk.subarray(0, 300), () => outgoing.destroy());
    });
  const blob = await proxied(
    (own) => own.files.download(filePath),
    (incoming, outgoing, pass) => {
      ranges.push(incoming.headers.range);
      pass(ranges.length < 3 ? cut : undefined);
    },
  );
  assert.equal(blob.size, fileSize);
  assert.deepEqual(ranges, [undefined, 'bytes=300-', 'bytes=600-']);
  const whole = Buffer.from(await (await client.files.download(filePath)).arrayBuffer());
  assert.ok(whole.equals(Buffer.from(await blob.arrayBuffer())));
});

test('an event stream that breaks is taken up again, and without one the client asks', async () => {
  for (const broken of [
    (incoming, outgoing, pass) => pass((answer, out) => answer.once('data', (chunk) => out.write(chunk, () => out.destroy()))),
    (incoming, outgoing) => outgoing.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error_code":"NOT_FOUND"}'),
  ]) {
    let streams = 0;
    const fractions = [];
    const result = await proxied(
      async (own) => {
        own.on('progress', ({ progress }) => fractions.push(progress));
        const job = await own.mesh.generateFromText(steps({ steps: 6, seconds: 0.2 }));
        return own.waitForCompletion(job, { pollInterval: 100 });
      },
      (incoming, outgoing, pass) =>
        incoming.url.endsWith('/events') && streams++ < 2 ? broken(incoming, outgoing, pass) : pass(),
    );
    assert.equal(result.faces, 12);
    assert.ok(fractions.length > 0);
    assert.deepEqual([...fractions].sort((a, b) => a - b), fractions);
  }
});

test('a passing failure is tried again without a second job', async () => {
  const keys = [];
  const job = await proxied(
    (own) => own.mesh.generateFromText(steps()),
    (incoming, outgoing, pass) => {
      keys.push(incoming.headers['idempotency-key']);
      // The first is done, but its answer is lost.
      pass(keys.length === 1 ? (answer, out) => out.destroy() : undefined);
    },
  );
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.ok(job.jobId);
});

test('webhooks are made, listed and deleted', async () => {
  const made = await client.webhooks.create({ url: 'https://93.184.215.14/hook', events: ['job_completed'] });
  assert.match(made.secret, /^whsec_/);
  assert.ok((await client.webhooks.list()).some(({ id }) => id === made.id));
  await client.webhooks.delete(made.id);
});
