/** What runs in the browser: one client, one root, and functions by which a test acts on them. */
import { createClient, type Client, type Update } from "@fanfare/client";
import { createElement, StrictMode, type ReactNode } from "react";
import { createRoot, hydrateRoot, type Container, type Root } from "react-dom/client";
import { scenes, type Props, type Scene } from "../scenes.ts";

declare const document: { querySelector(selector: string): Container };
declare const location: { readonly href: string };

declare global {
  var stage: Stage;
}

/** What a test says of a scene. */
type Said = Omit<Props, "client" | "hub" | "handler">;

/** A test's hands in the page. */
interface Stage {
  readonly client: Client;
  /** What the handler of the scene `Handled` was given. */
  readonly handled: string[];
  render(scene: Scene, props: Said): void;
  hydrate(scene: Scene, props: Said): void;
  clear(): void;
}

const hub = new URL(location.href).searchParams.get("hub") ?? "/";
const client = createClient({ url: hub });
const handled: string[] = [];
let root: Root | undefined;

async function handler(update: Update): Promise<void> {
  const positions = update.kind === "events" ? update.events.map(({ position }) => position) : [];
  handled.push(`begins ${positions.join(" ")}`);
  await new Promise((resolve) => void setTimeout(resolve, 20));
  handled.push(`ends ${positions.join(" ")}`);
}

function element(scene: Scene, props: Said): ReactNode {
  return createElement(StrictMode, undefined, createElement(scenes[scene], { ...props, client, hub, handler }));
}

const container = document.querySelector("#root");

globalThis.stage = {
  client,
  handled,
  render(scene, props) {
    root ??= createRoot(container);
    root.render(element(scene, props));
  },
  hydrate(scene, props) {
    root = hydrateRoot(container, element(scene, props), {
      onRecoverableError: (error) => console.error(`not recovered: ${String(error)}`),
    });
  },
  clear() {
    root?.unmount();
    root = undefined;
  },
};
