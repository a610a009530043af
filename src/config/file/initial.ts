/** The text of a first configuration. Pure. */
import { stringify } from "smol-toml";

export function initialToml(config: Record<string, unknown>): string {
  return `# offhook. \`offhook config init --example\` prints every key with what it means.

${stringify(config).trim()}
`;
}
