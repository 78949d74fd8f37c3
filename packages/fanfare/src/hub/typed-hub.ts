import type { PublishedOn, PublishResult, TopicContract } from "@fanfare/protocol";
import type { As, Hub } from "../core/hub.ts";

/** A hub that knows the contracts of its topics. */
export interface TypedHub<Contracts extends TopicContract> extends Omit<Hub, "publish"> {
  publish<Topic extends string>(
    topic: Topic,
    events: PublishedOn<Contracts, Topic> | readonly PublishedOn<Contracts, Topic>[],
    options?: As,
  ): Promise<PublishResult>;
}
