/**
 * Bytes that an event counts for in read bounds and retention.
 *
 * @param attributes - as JSON text
 * @param data - as JSON text
 */
export function eventSize(topic: string, id: string, type: string, attributes: string, data: string): number {
  return topic.length + type.length + Buffer.byteLength(id) + Buffer.byteLength(attributes) + Buffer.byteLength(data);
}
