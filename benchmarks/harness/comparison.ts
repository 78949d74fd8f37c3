import { spreadOf, type Spread } from "./statistics.ts";

/** What one trial measured, by metric. */
export type Sample = Readonly<Record<string, number>>;

/** Single values that a figure cannot stand for, by name; kept for a picture. */
export type Series = Readonly<Record<string, readonly number[]>>;

/** One contender under one load: starts what it needs, measures, and stops it again. */
export interface Trial {
  readonly contender: string;
  /** `keep` takes what a picture needs of this measurement. */
  measure(keep: (series: Series) => void): Promise<Sample>;
}

/** A claim of the form "`of` against `to`, at most or at least so much". Without a bound it is only shown. */
export interface Claim {
  readonly metric: string;
  readonly of: string;
  readonly to: string;
  /** A quotient by default. */
  readonly kind?: "ratio" | "difference";
  readonly most?: number;
  readonly least?: number;
}

/** Trials of the same load, measured in turn. */
export interface Comparison {
  readonly title: string;
  /** One sentence: what the load is. */
  readonly load: string;
  readonly trials: readonly Trial[];
  readonly claims: readonly Claim[];
}

export interface Verdict extends Claim {
  readonly value: Spread;
  /** Absent where nothing is claimed. */
  readonly met?: boolean;
}

export interface Outcome {
  readonly title: string;
  readonly load: string;
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
  /** By contender; absent where nothing is drawn. */
  readonly series?: Readonly<Record<string, readonly Series[]>>;
  readonly verdicts: readonly Verdict[];
}

/** Told before each trial and, with its sample, after it. */
export type Watcher = (comparison: Comparison, trial: Trial, sample?: Sample) => void;

/**
 * Runs the trials forth and back (A B B A), `rounds` times one way, so that a machine that warms up or gets busy
 * weighs on every contender alike.
 */
export async function compare(comparison: Comparison, rounds: number, watch: Watcher): Promise<Outcome> {
  const samples: Record<string, Sample[]> = {};
  const series: Record<string, Series[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const trial of round % 2 === 0 ? comparison.trials : comparison.trials.toReversed()) {
      watch(comparison, trial);
      const sample = await trial.measure((kept) => (series[trial.contender] ??= []).push(kept));
      (samples[trial.contender] ??= []).push(sample);
      watch(comparison, trial, sample);
    }
  }
  const { title, load } = comparison;
  const verdicts = comparison.claims.map((claim) => judge(claim, samples));
  return { title, load, samples, ...(Object.keys(series).length > 0 && { series }), verdicts };
}

/** The samples of one round stand side by side; the verdict is on the median of their quotients. */
function judge(claim: Claim, samples: Readonly<Record<string, readonly Sample[]>>): Verdict {
  const values = (samples[claim.of] ?? []).map((sample, round) => {
    const of = sample[claim.metric] ?? Number.NaN;
    const to = samples[claim.to]?.[round]?.[claim.metric] ?? Number.NaN;
    return claim.kind === "difference" ? of - to : of / to;
  });
  const value = spreadOf(values);
  if (claim.most === undefined && claim.least === undefined) return { ...claim, value };
  const met = value.median <= (claim.most ?? Infinity) && value.median >= (claim.least ?? -Infinity);
  return { ...claim, value, met };
}
