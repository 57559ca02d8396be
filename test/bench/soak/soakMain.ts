import { Soak, type SoakOptions } from './soak';
import { printed } from './soakReport';

/** Runs the soak and prints its report on stdout. Settles with whether everything held. */
export async function soak(options: SoakOptions): Promise<boolean> {
  const report = await Soak.run(options);
  process.stdout.write(printed(report));
  return report.holds;
}
