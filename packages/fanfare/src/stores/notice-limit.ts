/** Bytes of one bus notice, at most. */
export const NOTICE_BYTES: number = 256 * 1024;
