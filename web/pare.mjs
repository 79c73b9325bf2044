// Turns a .pare file back into the model's bytes (docs/pare-format.md). No dependencies; browsers and Node.

/** The file is damaged or not supported; `offset`: where. */
export class PareError extends Error {
	constructor(message, offset = 0) {
		super(`pare, byte ${offset}: ${message}`);
		this.offset = offset;
	}
}

const { imul, min, max, abs, floor, fround, clz32 } = Math;
const MAX_ELEMENTS = 1 << 24, MAX_MIXED = 1 << 22, MAX_CODED = 2 ** 31 - 1;
const clamp = (x, low, high) => (x < low ? low : x > high ? high : x);
const ints = n => [0, 0, 0, 0].map(() => new Int32Array(n));

function need(truth, what, offset) {
	if (!truth) throw new PareError(`${what}: not as it must be`, offset);
}

// Log-odds in 128ths of a nat, probabilities in 65,536ths.

const LIMIT = 1535;
const KNOTS = [0, 1, 1, 2, 3, 5, 8, 13, 22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768];
for (let k = 23; k >= 0; k--) KNOTS.push(min(65535, 65536 - KNOTS[k]));
const SQUASH = new Int32Array(2 * LIMIT + 1), STRETCH = new Int16Array(4096);
for (let x = -LIMIT; x <= LIMIT; x++) {
	const i = (x + 1536) >> 6, w = (x + 1536) & 63;
	SQUASH[x + LIMIT] = clamp((KNOTS[i] * (64 - w) + KNOTS[i + 1] * w + 32) >> 6, 1, 65535);
}
for (let i = 0, x = -LIMIT; i < 4096; STRETCH[i++] = x) while (x < LIMIT && SQUASH[x + LIMIT] < 16 * i + 8) x++;
const limited = x => clamp(x, -LIMIT, LIMIT);
const squash = x => SQUASH[limited(x) + LIMIT];

function arithmetic(bytes) {
	let low = 0, high = 0xffffffff, value = 0, at = 0;

	function shift() {
		need(at < bytes.length + 4, 'the end');
		value = ((value << 8) | (bytes[at++] ?? 0)) >>> 0;
	}

	function code(one) {
		const range = high - low, middle = low + (range >>> 16) * one + (((range & 0xffff) * one) >>> 16);
		const bit = value <= middle ? 1 : 0;
		if (bit) high = middle;
		else low = middle + 1;
		while (((low ^ high) & 0xff000000) === 0) {
			low = (low << 8) >>> 0;
			high = ((high << 8) | 0xff) >>> 0;
			shift();
		}
		return bit;
	}

	function bits(n) {
		let number = 0;
		while (n-- > 0) number = (number << 1) | code(32768);
		return number;
	}

	for (let k = 0; k < 4; k++) shift();
	return { code, bits, finish: () => need(at >= bytes.length, 'the end') };
}

// Bytes.

const CONTEXTS = 13, INPUTS = 32, CELLS = 33, MARGIN = 8, GOLDEN = 0x9e3779b1 | 0, ODD = 0x2f0b4c47;
const RATES = Int32Array.from({ length: 256 }, (_, n) => 65536 / (2 * n + 3));

function hash(n, a, b) {
	let h = imul(a + imul(n, 0x3d4d51cb), ODD);
	h = imul((h ^ (h >>> 15)) + imul(b, 0x61c88647), GOLDEN);
	return h ^ (h >>> 13);
}

function learn(slots, at, target) {
	const slot = slots[at], count = slot & 255, p = slot >>> 16;
	slots[at] = ((p + (((target - p) * RATES[count]) >> 15)) << 16) | (slot & 0xff00) | min(count + 1, 250);
}

function decodeMixed(coded, length, stride) {
	need(stride > 0 && stride < 9 && length <= MAX_MIXED, 'a stride');
	const coder = arithmetic(coded);
	let bits = 16;
	while (bits < 20 && 2 ** bits < 4 * length) bits++;
	const slots = new Uint32Array(CONTEXTS << bits).fill(0x80000100), ends = new Int32Array(1 << bits);
	const runs = new Uint32Array(CONTEXTS * 256).fill(0x80000000), repeats = new Uint32Array(64).fill(0x80000000);
	const weights = new Int32Array(576 * INPUTS).fill(5000), joint = new Int32Array(768).fill(21845);
	const fine = new Uint16Array(65536 * CELLS);
	for (let k = 0; k < CELLS; k++) fine[k] = squash((k - 16) * 96);
	for (let k = CELLS; k < fine.length; k *= 2) fine.copyWithin(k, 0, k);
	const past = new Uint8Array(length + MARGIN);
	const [h, at, runAt, inputs] = ints(INPUTS), logits = [0, 0, 0];
	let word = 0, lastWord = 0, match = 0, matched = 0;

	for (let n = MARGIN; n < past.length; ) {
		const last = past[n - 1] | (past[n - 2] << 8) | (past[n - 3] << 16) | (past[n - 4] << 24);
		const above = past[n - stride], phase = (n % stride) << 16, c1 = last & 0xff;
		const keys = [
			c1, last & 0xffff, last & 0xffffff, last, last, word, word, (last >> 8) & 0xffff,
			above | (past[n - min(MARGIN, 2 * stride)] << 8) | phase, above | (c1 << 8) | phase, last, ((last >> 16) & 0xffff) | phase,
		];
		const more = [0, 0, 0, 0, past[n - 5] | (past[n - 6] << 8), c1, lastWord, 0, 0, 0, past[n - 5], 0];
		for (let i = 1; i < CONTEXTS; i++) h[i] = hash(i, keys[i - 1], more[i - 1]);

		let partial = 1;
		for (let depth = 0; depth < 8; depth++) {
			const spread = imul(partial, GOLDEN);
			for (let i = 0; i < CONTEXTS; i++) {
				const a = (at[i] = (i << bits) + (imul(h[i] + spread, ODD) >>> (32 - bits)));
				const r = (runAt[i] = i * 256 + ((slots[a] >>> 8) & 255));
				inputs[2 * i] = STRETCH[slots[a] >>> 20];
				inputs[2 * i + 1] = STRETCH[runs[r] >>> 20];
			}
			let expected = -1, strength = 0;
			if (matched > 0) {
				const seen = past[match] | 256;
				if (seen >> (8 - depth) === partial) {
					expected = (seen >> (7 - depth)) & 1;
					strength = matched < 16 ? matched : min(15 + (matched >> 4), 31);
				} else matched = 0;
			}
			const repeatAt = strength * 2 + (expected === 1 ? 1 : 0), plain = min(strength, 16) * 12;
			inputs[26] = expected < 0 ? 0 : STRETCH[repeats[repeatAt] >>> 20];
			inputs[27] = expected === 1 ? plain : -plain;
			inputs[28] = 128;
			const sets = [partial, 256 + c1, 512 + strength + (n % 4 ? 0 : 32)];
			let sum = 0;
			for (let s = 0; s < 3; s++) {
				let dot = 0;
				for (let i = 0, w = sets[s] * INPUTS; i < INPUTS; i++, w++) dot += (inputs[i] * weights[w]) >> 8;
				logits[s] = limited(dot >> 8);
				sum += (logits[s] * joint[partial * 3 + s]) >> 8;
			}
			sum = limited(sum >> 8);
			const mixed = squash(sum), between = (sum + 1536) % 96;
			const row = (partial | (c1 << 8)) * CELLS + floor((sum + 1536) / 96), nearest = row + (between >= 48 ? 1 : 0);
			const p = fine[row] + ((((fine[row + 1] - fine[row]) * between) / 96) | 0);
			const bit = coder.code(clamp((mixed + p + 1) >> 1, 1, 65535));

			const target = bit * 65535;
			for (let s = 0; s < 3; s++) {
				const e = ((target - squash(logits[s])) * 5) >> 1, j = partial * 3 + s;
				for (let i = 0, w = sets[s] * INPUTS; i < INPUTS; i++, w++) weights[w] = clamp(weights[w] + ((inputs[i] * e + 0x4000) >> 15), -524288, 524288);
				joint[j] = clamp(joint[j] + ((logits[s] * ((target - mixed) >> 3) + 0x4000) >> 15), -524288, 524288);
			}
			fine[nearest] += (target - fine[nearest]) >> 6;
			if (expected >= 0) learn(repeats, repeatAt, target);
			for (let i = 0; i < CONTEXTS; i++) {
				learn(runs, runAt[i], target);
				learn(slots, at[i], target);
				const history = ((slots[at[i]] >>> 7) & 510) | bit;
				slots[at[i]] = (slots[at[i]] & 0xffff00ff) | ((history > 255 ? (history & 127) | 128 : history) << 8);
			}
			partial = (partial << 1) | bit;
		}

		const value = partial & 255;
		past[n++] = value;
		match++;
		if (matched > 0) matched++;
		if (value >= 128 || ((value | 32) >= 97 && (value | 32) <= 122)) word = imul(word + value + 1, ODD);
		else if (word) [lastWord, word] = [word, 0];
		if (n < MARGIN + 5) continue;
		let key = 0;
		for (let k = 1; k <= 5; k++) key = imul(key + past[n - k] + 1, ODD);
		key >>>= 32 - bits;
		if (matched === 0 && ends[key] > 0) {
			let m = 0;
			while (m < 400 && ends[key] - m > MARGIN && past[ends[key] - m - 1] === past[n - m - 1]) m++;
			if (m >= 5) [match, matched] = [ends[key], m];
		}
		ends[key] = n;
	}
	coder.finish();
	return past.subarray(MARGIN);
}

// Symbols. Axes: 0 output, 1 input, 2 y, 3 x.

const ORDERS = [[0, 1, 2, 3], [2, 3, 1, 0], [0, 2, 3, 1], [2, 3, 0, 1], [1, 0, 2, 3]], WALKS = [0, 1, 2, 4];
const SYMBOL_RATES = Int32Array.from({ length: 256 }, (_, n) => 131072 / (2 * n + 5));
const CONFIDENCE = Int32Array.from({ length: 256 }, (_, n) => (64 * n) / (n + 1));

const octave = v => {
	const b = 31 - clz32(v | 1);
	return v <= 0 ? 0 : (b << 4) + ((b >= 4 ? v >> (b - 4) : v << (4 - b)) & 15) + 1;
};
const level = (log, shift) => clamp(log, 0, 511) >> shift;
const size = s => min(1023, abs(s)), digit = s => min(2, abs(s)), sign = s => 1 + Math.sign(s);

const means = n => new Int32Array(2 * n);
const mean = (a, k, overall) => (((a[k] << 8) + 2 * overall) / (a[k + a.length / 2] + 2)) | 0;

function add(a, k, m) {
	const c = k + a.length / 2;
	a[k] += m;
	if (++a[c] > 1048576 || a[k] > 1048576) {
		a[k] >>= 1;
		a[c] >>= 1;
	}
}

function symbolDecoder(coded) {
	const coder = arithmetic(coded), [x, slots, m, s] = ints(8);
	let p, counts, weights, seen;

	function reset() {
		p = new Int32Array(8 * 128 * 304).fill(1 << 21);
		counts = new Uint8Array(p.length);
		weights = new Int32Array(48 * 8).fill(13000);
		seen = new Int32Array(48);
	}

	function decide(contexts, decision, set) {
		const at = set * 8;
		let sum = 0;
		for (let k = 0; k < 8; k++) {
			const slot = (slots[k] = (k * 128 + contexts[k]) * 304 + decision);
			x[k] = (STRETCH[p[slot] >> 10] * CONFIDENCE[counts[slot]]) >> 6;
			sum += (x[k] * weights[at + k]) >> 8;
		}
		const one = squash(sum >> 8), bit = coder.code(one), error = (bit << 16) - one;
		const rate = 3 + floor(24 / (1 + (seen[set] >> 5)));
		seen[set] = min(seen[set] + 1, 4096);
		for (let k = 0; k < 8; k++) {
			const slot = slots[k], count = counts[slot], q = count === 0 ? one << 6 : p[slot];
			weights[at + k] = clamp(weights[at + k] + ((((x[k] * error) >> 10) * rate + 64) >> 7), -262144, 262144);
			p[slot] = clamp(q + (((((bit << 22) - q) >> 7) * SYMBOL_RATES[count]) >> 9), 32, (1 << 22) - 32);
			counts[slot] = min(count + 1, 255);
		}
		return bit;
	}

	function symbol(unary) {
		if (decide(m, 0, 0)) return 0;
		const negative = (m[0] = decide(s, 1, 1));
		let found = 1;
		while (found <= unary && decide(m, 1 + found, 1 + found)) found++;
		if (found > unary) {
			let n = 0, rest = 1;
			while (n < 31 && decide(m, 16 + n, min(16 + n, 46))) n++;
			for (let k = 0, node = 1; k < n; k++) {
				const bit = k < 3 ? decide(m, 48 + n * 8 + node, 47) : coder.code(32768);
				node = node * 2 + bit;
				rest = rest * 2 + bit;
			}
			found += rest - 1;
		}
		m[0] = 0;
		return (negative ? -found : found) | 0;
	}

	function decode({ order, n }) {
		const symbols = new Int32Array(n[0] * n[1] * n[2] * n[3]), past = new Int32Array(symbols.length);
		const axes = ORDERS[WALKS[coder.bits(2)]], unary = [14, 6, 2, 1][coder.bits(2)], fresh = coder.bits(1);
		const period = coder.bits(1) ? coder.bits(16) : 0, folded = coder.bits(1) ? coder.bits(coder.bits(5) + 1) : 0;
		const offset = (folded >>> 1) ^ -(folded & 1);
		if (fresh) reset();
		const flats = [], backs = [], at = [0, 0, 0, 0];
		for (let k = 3, a = 1, b = 1; k >= 0; k--) {
			flats[ORDERS[order][k]] = a;
			a *= n[ORDERS[order][k]];
			backs[axes[k]] = b;
			b *= n[axes[k]];
		}
		const [bo, bi, by, bx] = backs, all = means(1), outputs = means(n[0]), inputs = means(n[1]), positions = means(n[2] * n[3]);
		for (let t = 0, flat = 0, recent = 0; t < past.length; t++) {
			const [o, i, y, x] = at, position = y * n[3] + x;
			const overall = mean(all, 0, 128);
			const outputMean = octave(mean(outputs, o, overall)), inputMean = octave(mean(inputs, i, overall));
			const sx = x > 0 ? past[t - bx] : 0, sy = y > 0 ? past[t - by] : 0, si = i > 0 ? past[t - bi] : 0, so = o > 0 ? past[t - bo] : 0;
			const si2 = i > 1 ? past[t - 2 * bi] : 0, so2 = o > 1 ? past[t - 2 * bo] : 0;
			const line = period > 0 && i >= period, sp = line ? past[t - period * bi] : 0;
			let sum = 2 * (size(sx) + size(sy) + size(si) + size(so) + size(sp)) + size(si2) + size(so2);
			let near = 1 + 2 * ((x > 0) + (y > 0) + (i > 0) + (o > 0) + line) + (i > 1) + (o > 1);
			if (line && i > period) {
				sum += size(past[t - (period - 1) * bi]) + size(past[t - (period + 1) * bi]);
				near += 2;
			}
			const product = outputMean + inputMean + octave(mean(positions, position, overall)) - 2 * octave(overall);
			const around = octave((((sum << 8) + overall) / near) | 0);
			m[1] = level(product, 2);
			m[2] = level(around, 2);
			m[3] = level((product + around) >> 1, 2);
			m[4] = digit(sx) * 27 + digit(sy) * 9 + digit(si) * 3 + digit(so);
			m[5] = min(level(outputMean, 4), 11) * 10 + min(level(inputMean, 4), 9);
			m[6] = level(octave(recent), 2);
			m[7] = min(position, 24) * 5 + min(4, digit(sp) + digit(si2));
			s[1] = sign(sx) * 3 + sign(sy);
			s[2] = sign(si) * 3 + sign(so);
			s[3] = s[1] * 9 + s[2];
			s[4] = sign(si) * 9 + sign(si2) * 3 + sign(sp);
			s[5] = sign(so) * 3 + sign(so2);
			s[6] = sign((si + so + sx + sy + sp) | 0);
			s[7] = min(position, 40) * 3 + sign((sx + sy) | 0);
			const z = size((past[t] = symbol(unary)));
			symbols[flat] = past[t] + offset;
			add(all, 0, z);
			add(outputs, o, z);
			add(inputs, i, z);
			add(positions, position, z);
			recent += ((z << 8) - recent) >> 3;
			for (let k = 3; k >= 0; k--) {
				const a = axes[k];
				flat += flats[a];
				if (++at[a] < n[a]) break;
				flat -= flats[a] * n[a];
				at[a] = 0;
			}
		}
		return symbols;
	}

	reset();
	return { decode, ...coder };
}

function put(out, k, w, v) {
	for (let j = 0; j < w; j++) out[k * w + j] = v >> (8 * j);
}

function pick(out, k, w, i, table) {
	need(i >= 0 && i < table.length / w, 'an index');
	out.set(table.subarray(i * w, (i + 1) * w), k * w);
}

class Reader {
	constructor(bytes, offset = 0) {
		Object.assign(this, { bytes, offset, at: 0 });
	}

	need(truth, what) {
		need(truth, what, this.offset + this.at);
	}

	take(n) {
		this.need(n <= this.bytes.length - this.at, 'the end');
		return this.bytes.subarray(this.at, (this.at += n));
	}

	uint(n) {
		return this.take(n).reduceRight((value, b) => value * 256 + b, 0);
	}

	number(most) {
		let value = 0, b = 128;
		for (let unit = 1; b > 127; unit *= 128) {
			b = this.uint(1);
			value += (b & 127) * unit;
			this.need(value <= most && unit < 2 ** 56, 'a number');
		}
		return value;
	}
}

// Planes of bytes.

/** From the lowest; floats were turned left by a bit. */
function join(planes, turn, out, at) {
	for (let k = 0; k < planes[0].length; k++) planes.forEach((b, p) => (out[at++] = turn ? (b[k] >> 1) | (planes[(p + 1) % planes.length][k] << 7) : b[k]));
}

class PlaneReader extends Reader {
	plane(count) {
		const mode = this.uint(1);
		if (mode === 0) return this.take(count);
		const out = new Uint8Array(count);
		if (mode === 1) return out.fill(this.uint(1));
		need(mode < 4, 'a mode');
		const size = this.uint(2), words = this.uint(3), bits = this.take(size), lanes = mode === 2 ? 32 : 2;
		const states = Array.from({ length: lanes }, () => this.uint(4)), data = this.take(2 * words);
		const symbols = new Uint8Array(4096), frequencies = new Uint16Array(4096), distances = new Uint16Array(4096);
		let bit = 0, word = 0;
		const read = n => {
			let value = 0;
			for (let k = 0; k < n; k++, bit++) value |= ((bits[bit >> 3] >> (bit & 7)) & 1) << k;
			return value;
		};
		for (let k = 0; k < count; k++) {
			if (k % 8192 === 0 && (k === 0 || read(1))) {
				let at = 0;
				for (let s = read(8), last = read(8); s <= last; s++) {
					const n = read(4), f = n ? (1 << (n - 1)) | read(n - 1) : 0;
					need(at + f <= 4096, 'a table');
					symbols.fill(s, at, at + f);
					frequencies.fill(f, at, at + f);
					for (let j = 0; j < f; j++) distances[at++] = j;
				}
				need(at === 4096, 'a table');
			}
			const state = states[k % lanes], slot = state & 4095;
			let x = frequencies[slot] * (state >>> 12) + distances[slot];
			if (x < 65536) {
				x = x * 65536 + (data[word] | (data[word + 1] << 8));
				word += 2;
			}
			out[k] = symbols[slot];
			states[k % lanes] = x;
		}
		need(word === data.length && states.every(x => x === 65536), 'states');
		return out;
	}

	chunks(width, turn, length, end) {
		const out = new Uint8Array(length), bytes = 65536 * width, sizes = [];
		for (let k = bytes; k < length; k += bytes) sizes.push(this.uint(4));
		for (let start = 0; start < length; start += bytes) {
			const stop = sizes.length ? this.at + sizes.shift() : end;
			const n = min(65536, (length - start) / width), split = this.uint(1), planes = [], top = this.plane(n);
			const others = top.filter(b => b).length;
			planes[width - 1] = top;
			for (let p = width - 2; p >= 0; p--) {
				if (split) {
					const a = this.plane(others), b = this.plane(n - others);
					let i = 0, j = 0;
					planes[p] = top.map(t => (t ? a[i++] : b[j++]));
				} else planes[p] = this.plane(n);
			}
			join(planes, turn, out, start);
			need(split < 2 && this.at === stop, 'a chunk');
		}
		return out;
	}
}

function decodePlanes(coded, length, element) {
	const r = new PlaneReader(coded), width = [1, 2, 4, 8, 2, 2, 4, 8][element], mode = r.uint(1);
	r.need(length % width === 0 && mode < 2, 'planes');
	if (mode === 0) return r.chunks(width, element > 3, length, coded.length);
	const n = r.uint(2) + 1, w = n <= 256 ? 1 : 2, size = r.uint(4), palette = r.chunks(width, element > 3, n * width, r.at + size);
	const indices = r.chunks(w, false, (length / width) * w, coded.length), out = new Uint8Array(length);
	for (let k = 0; k < length / width; k++) pick(out, k, width, w === 1 ? indices[k] : indices[2 * k] | (indices[2 * k + 1] << 8), palette);
	return out;
}

// The container.

const COPY = 2, INTEGERS = 3, PALETTE = 4, CODED = 5, FLOATS = 6, MIXED = 1, SYMBOLS = 2, PLANES = 3;
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
	for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
	return n;
});

function crc32c(...parts) {
	let c = -1;
	for (const part of parts) for (const b of part) c = CRC[(c ^ b) & 255] ^ (c >>> 8);
	return ~c >>> 0;
}

function readLayout(r) {
	const order = r.number(5) - 1;
	const n = order < 0 ? [1, r.number(MAX_ELEMENTS), 1, 1] : [0, 0, 0, 0].map(() => r.number(MAX_ELEMENTS));
	r.need(n[0] * n[1] * n[2] * n[3] <= MAX_ELEMENTS, 'a size');
	return { order: max(order, 0), n };
}

function readSegment(r, last, streams, left) {
	const head = r.uint(1), kind = head & 15, s = { kind, stream: 0 };
	r.need(kind <= FLOATS && head < 64 && (head < 32 || kind === COPY), 'a kind');
	if (kind > 0 && kind !== COPY) {
		const z = r.number(2 * streams);
		s.stream = last + (z & 1 ? -(z + 1) / 2 : z / 2);
		r.need(s.stream > 0 && s.stream < streams, 'a stream');
	}
	if (kind <= COPY) s.length = r.number(left);
	if (kind === COPY) {
		s.distance = r.number(2 ** 53);
		s.period = head & 32 ? r.number(s.distance) : s.distance;
	} else if (kind === CODED) {
		const type = r.uint(1);
		s.type = type & 15;
		r.need(s.type < 3 && type < 48, 'a type');
		s.width = s.type ? 2 : 4;
		s.layout = readLayout(r);
		s.step = new Float32Array(new Uint32Array([r.uint(2) << 16]).buffer)[0];
		r.number(1000);
		s.scales = Array.from({ length: type >> 4 }, () => ({ stride: r.number(MAX_ELEMENTS), count: r.number(r.bytes.length) }));
	} else if (kind > COPY) {
		s.width = r.uint(1);
		r.need([1, 2, 4, 8].includes(s.width) && s.width !== [8, 0, 0, 1][kind - INTEGERS], 'a width');
		s.layout = readLayout(r);
		if (kind === PALETTE) s.entries = r.number(r.bytes.length);
	}
	if (s.layout) s.length = s.layout.n.reduce((a, b) => a * b) * s.width;
	return s;
}

function readDirectory(head, offset, fileLength, length) {
	const r = new Reader(head), streams = [{ codec: MIXED, length: head.length, segments: [] }], segments = [];
	for (let n = r.number(1 << 18); n > 0; n--) {
		const byte = r.uint(1), codec = byte & 15;
		r.need(codec <= PLANES, 'a codec');
		const bytes = codec === SYMBOLS ? 0 : r.number(codec === MIXED ? MAX_MIXED : 1 << 26);
		const coded = r.number(MAX_CODED);
		streams.push({ codec, parameter: byte >> 4, length: bytes, coded, offset: offset + 4, segments: [] });
		offset += 4 + coded;
	}
	r.need(offset === fileLength, 'the end');
	let position = 0, last = 0;
	for (let n = r.number(1 << 18); n > 0; n--) {
		const s = readSegment(r, last, streams.length, length - position);
		last = s.stream || last;
		s.start = position;
		position += s.length;
		r.need(s.length > 0 && position <= length && (s.kind !== COPY || (s.period > 0 && s.distance <= s.start)), 'a segment');
		segments.push(s);
	}
	r.need(position === length, 'the segments');
	for (const s of segments) {
		if (s.kind === PALETTE) s.table = r.take(s.entries * s.width);
		for (const x of s.scales ?? []) x.exponents = Int8Array.from(r.take(x.count));
	}
	const used = streams.map(() => 0);
	used[0] = r.at;
	for (const s of segments.filter(x => x.kind !== COPY)) {
		const stream = streams[s.stream];
		r.need((stream.codec === SYMBOLS) === s.kind > COPY, 'a stream');
		s.from = used[s.stream];
		used[s.stream] += s.length;
		stream.segments.push(s);
	}
	r.need(streams.every((s, k) => (s.codec === SYMBOLS ? used[k] <= 1 << 27 : used[k] === s.length)), 'streams');
	return { streams, segments };
}

// binary32 to binary16, to nearest, ties to even.
function half(v, bits) {
	const s = (bits >>> 16) & 0x8000, a = bits & 0x7fffffff;
	if (a >= 0x47800000) return s | (a > 0x7f800000 ? 0x7e00 : 0x7c00);
	if (a >= 0x38800000) return s | ((a - 0x38000000 + 0xfff + ((a >>> 13) & 1)) >>> 13);
	const x = abs(v) * 16777216, low = floor(x), d = x - low;
	return s | (low + (d > 0.5 || (d === 0.5 && low & 1) ? 1 : 0));
}

const QUARTERS = [1, 1.1892071, 1.4142135, 1.6817929].map(fround);

function writeValues(s, symbols, out) {
	const values = Float32Array.from(symbols, v => fround(v) * s.step);
	for (const { stride, count, exponents } of s.scales) {
		const factors = Float32Array.from(exponents, e => QUARTERS[e & 3] * 2 ** (e >> 2));
		for (let k = 0; k < values.length; k++) values[k] *= factors[floor(k / stride) % count];
	}
	const bits = new Uint32Array(values.buffer);
	bits.forEach((b, k) => put(out, k, s.width, s.type === 0 ? b : s.type === 1 ? half(values[k], b) : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16));
}

function decodeSymbols(coded, length, parameter, segments) {
	const decoder = symbolDecoder(coded), bytes = new Uint8Array(segments.reduce((sum, s) => sum + s.length, 0));
	for (const s of segments) {
		const symbols = decoder.decode(s.layout), out = bytes.subarray(s.from, s.from + s.length), w = s.width;
		if (s.kind === CODED) writeValues(s, symbols, out);
		else if (s.kind === FLOATS) {
			join(Array.from({ length: w }, (_, p) => (p < w - 1 ? symbols.map(() => decoder.bits(8)) : symbols)), true, out, 0);
		} else symbols.forEach((v, k) => (s.kind === INTEGERS ? put(out, k, w, v) : pick(out, k, w, v, s.table)));
	}
	decoder.finish();
	return bytes;
}

/** A container; `read` gives any part of its `length` bytes without decoding the others. */
export class PareFile {
	constructor(file, maxBytes = 2 ** 30) {
		const r = new Reader(file);
		r.need([0x8f, 0x70, 0x61, 0x72, 0x65].every(b => r.uint(1) === b), 'the start');
		r.need(r.uint(1) === 1, 'version 1');
		const flags = r.number(7);
		this.lossy = flags % 2 === 1;
		this.length = r.number(max(maxBytes, 64 * file.length));
		if (flags > 3) {
			const start = file.subarray(0, r.at), sum = r.uint(4), rest = r.take(file.length - r.at);
			r.need(crc32c(start, rest) === sum, 'the checksum');
			const bytes = this.length ? decodeMixed(rest, this.length, 4) : rest, length = (this.length = bytes.length);
			this.streams = [{ bytes }];
			this.segments = [{ stream: 0, start: 0, from: 0, length }];
			return;
		}
		this.sha256 = r.take(32);
		const length = r.number(MAX_MIXED), coded = r.number(MAX_CODED);
		const header = file.subarray(0, r.at), checksum = r.uint(4), head = r.take(coded);
		r.need(crc32c(header, head) === checksum, 'the checksum');
		const bytes = decodeMixed(head, length, 4);
		Object.assign(this, { file }, readDirectory(bytes, r.at, file.length, this.length));
		this.streams[0].bytes = bytes;
	}

	stream(k) {
		const s = this.streams[k];
		if (!s.bytes) {
			const coded = this.file.subarray(s.offset, s.offset + s.coded);
			need(crc32c(coded) === new Reader(this.file.subarray(s.offset - 4)).uint(4), `the checksum of stream ${k}`, s.offset);
			s.bytes = [() => coded, decodeMixed, decodeSymbols, decodePlanes][s.codec](coded, s.length, s.parameter, s.segments);
		}
		return s.bytes;
	}

	read(start, length) {
		const out = new Uint8Array(length), { segments } = this;
		for (let done = 0, k = segments.findLastIndex(s => s.start <= start); done < length; k++) {
			const s = segments[k], at = start + done - s.start, n = min(length - done, s.length - at);
			if (s.kind === COPY) {
				const period = this.read(s.start - s.distance, min(s.period, s.length));
				for (let j = 0; j < n; j++) out[done + j] = period[(at + j) % s.period];
			} else {
				const bytes = this.stream(s.stream).subarray(s.from + at, s.from + at + n);
				need(bytes.length === n, `stream ${s.stream}`);
				out.set(bytes, done);
			}
			done += n;
		}
		return out;
	}
}

/** All bytes, SHA-256 checked where the platform can. */
export async function unpack(file, maxBytes) {
	const pare = new PareFile(file, maxBytes), bytes = pare.read(0, pare.length);
	const found = await globalThis.crypto?.subtle?.digest('SHA-256', bytes);
	need(!found || !pare.sha256 || new Uint8Array(found).every((b, k) => b === pare.sha256[k]), 'the SHA-256');
	return bytes;
}
