import { runPawl } from '../processes/pawl-command.ts';
import type { Story } from './story.ts';

/** Shows a command as a reader would type it, runs it, and returns its document. Any exit code but those accepted ends the demo. */
export async function pawl(
  story: Story,
  environment: Record<string, string>,
  args: readonly string[],
  accepted: readonly number[] = [0],
): Promise<Record<string, unknown>> {
  story.command(`pawl ${args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
  const { code, value, stderr } = await runPawl(environment, args);
  if (!accepted.includes(code)) throw new Error(`pawl ${args.join(' ')} ended with ${code}\n${stderr}`);
  return value as Record<string, unknown>;
}
