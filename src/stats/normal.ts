/**
 * The standard normal distribution function, to 1e-15 of its value at 0: a power series (G. Marsaglia, "Evaluating the Normal
 * Distribution", Journal of Statistical Software 11(4), 2004), and beyond 6 the continued fraction of the tail
 * (M. Abramowitz and I. Stegun, formula 26.2.14).
 */
export function normalDistribution(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (Math.abs(z) > 6) return z > 0 ? 1 - tail(z) : tail(-z);
  let [sum, term] = [z, z];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + sum * density(z);
}

const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

function tail(z: number): number {
  let fraction = z;
  for (let k = 40; k > 0; k--) fraction = z + k / fraction;
  return density(z) / fraction;
}

/**
 * The z below which a share of the standard normal distribution lies, to 1e-15 of its size: algorithm AS 241, PPND16
 * (M. Wichura, Applied Statistics 37, 1988, 477-484).
 * @param share 0 to 1; at its ends infinite
 */
export function normalQuantile(share: number): number {
  const off = share - 0.5;
  if (Math.abs(off) <= 0.425) {
    const r = 0.180625 - off * off;
    return (off * polynomial(near.above, r)) / polynomial(near.below, r);
  }
  const beyond = off < 0 ? share : 1 - share;
  if (!(beyond > 0)) return beyond === 0 ? Math.sign(off) * Infinity : NaN;
  const r = Math.sqrt(-Math.log(beyond));
  const [of, at] = r <= 5 ? [middle, r - 1.6] : [far, r - 5];
  return (Math.sign(off) * polynomial(of.above, at)) / polynomial(of.below, at);
}

const polynomial = (coefficients: readonly number[], x: number) => coefficients.reduceRight((sum, c) => sum * x + c, 0);

const near = {
  above: [
    3.387_132_872_796_366_5, 1.331_416_678_917_843_8e2, 1.971_590_950_306_551_3e3, 1.373_169_376_550_946e4,
    4.592_195_393_154_987e4, 6.726_577_092_700_87e4, 3.343_057_558_358_813e4, 2.509_080_928_730_122_7e3,
  ],
  below: [
    1, 4.231_333_070_160_091e1, 6.871_870_074_920_579e2, 5.394_196_021_424_751e3, 2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4, 2.872_908_573_572_194_3e4, 5.226_495_278_852_854e3,
  ],
};
const middle = {
  above: [
    1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5, 1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1, 2.272_384_498_926_918_4e-2, 7.745_450_142_783_414e-4,
  ],
  below: [
    1, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 6.897_673_349_851e-1, 1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_9e-9,
  ],
};
const far = {
  above: [
    6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 2.965_605_718_285_048_7e-1, 2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7,
  ],
  below: [
    1, 5.998_322_065_558_88e-1, 1.369_298_809_227_358e-1, 1.487_536_129_085_061_5e-2, 7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_7e-15,
  ],
};
