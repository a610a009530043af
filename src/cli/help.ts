/** The page of `offhook --help`: without a parser, because it must come at once. Pure. */
import { COMMAND_GROUPS, COMMANDS } from "./commands.ts";

export function helpText(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const groups = COMMAND_GROUPS.map((heading) => {
    const commands = COMMANDS.filter(({ group }) => group === heading);
    const lines = commands.map(({ name, brief }) => `  ${name.padEnd(width)}  ${brief}\n`);
    return `${heading}:\n${lines.join("")}`;
  });
  return `offhook, a softphone for the terminal

Usage: offhook COMMAND [OPTIONS]

${groups.join("\n")}
\`offhook COMMAND --help\` says more. For example:
  offhook demo
  offhook dial sip:600@127.0.0.1:5560 --mic tone --duration 5s --json
  offhook register --server sip.example.com --user alice --password-file pw.txt

Exit status: 0 done, 1 bug, 2 usage, 3 configuration, 4 authentication, 5 busy,
6 no answer, 7 declined, 8 unreachable, 9 media, 10 device, 11 station, 12 TLS,
130 interrupted.
`;
}
