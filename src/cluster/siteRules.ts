/** What an administrator says about clusters: the key `cluster` of the site's file. */
import * as v from 'valibot';
import { EuphonicError } from '../base/errors.js';

const schema = v.strictObject({
  /** false: nobody starts one */
  allow: v.optional(v.boolean(), true),
  max_workers: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  /** the address at which gateways listen for workers of other computers */
  listen: v.optional(v.string()),
  /** of Slurm, where the user names none */
  partition: v.optional(v.string()),
  /** of sbatch, before those of the user */
  slurm_options: v.optional(v.array(v.string()), []),
  /** the program of the engine */
  nats_server: v.optional(v.string()),
});

export type SiteRules = v.InferOutput<typeof schema>;

/** Throws `file_damaged` for what is none, `invalid_argument` where the site forbids it. */
export function checkSiteRules(content: unknown, path: string, workers: number): SiteRules {
  const parsed = v.safeParse(schema, content ?? {});
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new EuphonicError('file_damaged', `The site's rules for clusters have an error: ${issue.message}`, {
      where: `${path}: cluster.${v.getDotPath(issue) ?? ''}`,
      expected: Object.keys(schema.entries).join(', '),
      advice: "Ask this computer's administrator.",
    });
  }
  const rules = parsed.output;
  const forbidden = !rules.allow || workers > (rules.max_workers ?? workers);
  if (!forbidden) return rules;
  throw new EuphonicError(
    'invalid_argument',
    rules.allow ? `The site does not allow ${workers} workers.` : 'The site does not allow clusters.',
    {
      where: path,
      expected: rules.allow ? `at most ${rules.max_workers}` : 'cluster: {allow: true}',
      advice: "Ask this computer's administrator.",
    },
  );
}
