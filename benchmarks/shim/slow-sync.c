/*
 * Makes a disk slow: adds SLOW_SYNC_MICROSECONDS to every fsync and fdatasync of a process.
 *
 *   cc -O2 -shared -fPIC -o slow-sync.so slow-sync.c -ldl
 *   LD_PRELOAD=$PWD/slow-sync.so SLOW_SYNC_MICROSECONDS=5000 node server.js
 *
 * The thread sleeps after the real call, as it would wait for a platter. At the end the process says on stderr how often
 * it slept when SLOW_SYNC_REPORT is set, which proves that nothing went around it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int (*sync_call)(int);

static sync_call real_fsync;
static sync_call real_fdatasync;
static struct timespec pause_for;
static atomic_long calls;

static void report(void) {
  fprintf(stderr, "slow-sync: %ld syncs\n", atomic_load(&calls));
}

__attribute__((constructor)) static void prepare(void) {
  const char *text = getenv("SLOW_SYNC_MICROSECONDS");
  long microseconds = text == NULL ? 0 : atol(text);
  pause_for.tv_sec = microseconds / 1000000;
  pause_for.tv_nsec = (microseconds % 1000000) * 1000;
  real_fsync = (sync_call)dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (sync_call)dlsym(RTLD_NEXT, "fdatasync");
  if (getenv("SLOW_SYNC_REPORT") != NULL) atexit(report);
}

static int slowly(sync_call call, int descriptor) {
  int result = call(descriptor);
  atomic_fetch_add(&calls, 1);
  if (pause_for.tv_sec > 0 || pause_for.tv_nsec > 0) nanosleep(&pause_for, NULL);
  return result;
}

int fsync(int descriptor) {
  return slowly(real_fsync, descriptor);
}

int fdatasync(int descriptor) {
  return slowly(real_fdatasync, descriptor);
}
