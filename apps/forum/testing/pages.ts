/** All items of a list, page by page. */
export async function allPages<Item>(
  read: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next?: string | undefined }>,
  between: (page: readonly Item[]) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
    await between(page.items);
  } while (cursor !== undefined);
  return items;
}
