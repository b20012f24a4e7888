// Looks for the number whose SHA-256, after salt and nonce, begins as asked. The hash is our own because the
// browser's is asynchronous, slower for one block at a time, and missing on plain http. FIPS 180-4.
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => Math.floor((root % 1) * 2 ** 32) | 0;
const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const w = new Int32Array(64);
const turn = (x, n) => (x >>> n) | (x << (32 - n));

// Hash one block, whose words stand in the first sixteen of `w`.
const sha256 = () => {
  for (let i = 16; i < 64; i++) {
    const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = START;
  let t1, t2;
  for (let i = 0; i < 64; i++) {
    t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + START[i]) | 0);
};

const words = (hex) => hex.match(/.{8}/g).map((eight) => parseInt(eight, 16) | 0);
const hex = (numbers) => numbers.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

addEventListener("message", ({ data: { salt, nonce, keyPrefix } }) => {
  const [first] = words(keyPrefix);
  const message = [...words(salt), ...words(nonce), 0, 0x80000000 | 0];
  const place = message.length - 2;
  const block = new Int32Array(16);
  block.set(message);
  block[15] = (place + 1) * 32;
  for (let counter = 0; counter < 2 ** 32; counter++) {
    block[place] = counter;
    w.set(block);
    const key = sha256();
    if (key[0] === first && hex(key).startsWith(keyPrefix)) {
      postMessage({ counter, derivedKey: hex(key) });
      return;
    }
  }
});
