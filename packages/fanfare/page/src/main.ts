import { onCopy } from "./copy.ts";
import { find } from "./element.ts";
import { Overview } from "./overview.ts";
import { startPoll } from "./poll.ts";
import { Publisher } from "./publisher.ts";
import { SignIn } from "./sign-in.ts";
import { Tail } from "./tail.ts";
import { readToken } from "./token.ts";
import { Topics } from "./topics.ts";

const EVERY_MS = 2_000;

const wantToken = (): void => signIn.ask();
const tail = new Tail(wantToken);
const topics = new Topics((topic) => tail.followTopic(topic));
const overview = new Overview(wantToken);
const signIn = new SignIn(() => {
  tail.start();
  poll.now();
  showExample();
});
const publisher = new Publisher(wantToken);

showExample();
publisher.listen();
tail.start();
const poll = startPoll(async () => {
  await Promise.all([overview.update(), topics.update()]);
}, EVERY_MS);

/** A command that works as it is, in the terminal of whoever reads it. */
function showExample(): void {
  const server = new URL("./", location.href).href;
  const lines = [
    `curl ${server}api/v1/topics/orders.eu/events`,
    ...(readToken() === undefined ? [] : [`-H "authorization: Bearer $FANFARE_TOKEN"`]),
    `-H 'content-type: application/json'`,
    `-d '{"type":"order.paid","attributes":{"region":"eu"},"data":{"total":12}}'`,
  ];
  find("#example", HTMLElement).textContent = lines.join(" \\\n  ");
}

onCopy(find("#example-copy", HTMLButtonElement), () => find("#example", HTMLElement).textContent);
