// node --test web/pare.test.mjs: the decoder against the golden files that the .NET one is tested with.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PareError, PareFile, unpack } from './pare.mjs';

const folder = new URL('../tests/Pare.Formats.Tests/Packed/Golden/', import.meta.url);
const golden = readFileSync(new URL('golden.txt', folder), 'utf8').trim().split('\n').map(line => line.split(' '));
const read = name => new Uint8Array(readFileSync(new URL(name, folder)));

for (const [name, expected] of golden) {
	test(`${name} unpacks to the same bytes`, async () => {
		const bytes = await unpack(read(name));
		assert.equal(createHash('sha256').update(bytes).digest('hex'), expected);
	});
}

test('parts are read without the rest', async () => {
	const file = read('model-v1.pare'), whole = await unpack(file);
	for (const [start, length] of [[0, 10], [1000, 5000], [whole.length - 77, 77], [20000, 1]]) {
		assert.deepEqual(new PareFile(file).read(start, length), whole.slice(start, start + length));
	}
});

test('damaged files give a PareError', async () => {
	const file = read('coded-v1.pare');
	for (let k = 0; k < file.length; k += 97) {
		const damaged = file.slice();
		damaged[k] ^= 1 << k % 8;
		await assert.rejects(unpack(damaged), PareError, `byte ${k}`);
		await assert.rejects(unpack(file.slice(0, k)), PareError, `cut at ${k}`);
	}
});
