#include "CPerformanceCounters.h"

#include <errno.h>

#if defined(__linux__)

#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
  uint32_t type;
  uint64_t config;
} events[PC_EVENT_COUNT] = {
    [PC_INSTRUCTIONS] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    [PC_CYCLES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    [PC_CACHE_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    [PC_TASK_CLOCK] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
    [PC_PAGE_FAULTS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    [PC_CONTEXT_SWITCHES] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
};

int pc_open(int event, int thread) {
  if (event < 0 || event >= PC_EVENT_COUNT) return -EINVAL;
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.size = sizeof attributes;
  attributes.type = events[event].type;
  attributes.config = events[event].config;
  attributes.inherit = 1;
  attributes.exclude_hv = 1;
  // The same meaning everywhere, whatever the kernel would let a privileged user see.
  attributes.exclude_kernel = events[event].type == PERF_TYPE_HARDWARE;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  long descriptor = syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  // Faults and time of a thread are its own also where the kernel keeps its events to itself; a switch of threads
  // happens in the kernel, and would be counted as none.
  if (descriptor < 0 && (errno == EACCES || errno == EPERM) && !attributes.exclude_kernel &&
      event != PC_CONTEXT_SWITCHES) {
    attributes.exclude_kernel = 1;
    descriptor = syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  }
  return descriptor < 0 ? -errno : (int)descriptor;
}

int pc_read(int descriptor, double *value) {
  uint64_t numbers[3];  // the count, the time it was wanted, the time it was on the processor
  ssize_t size = read(descriptor, numbers, sizeof numbers);
  if (size < 0) return -errno;
  if (size != sizeof numbers) return -EIO;
  double count = (double)numbers[0];
  if (numbers[2] > 0 && numbers[2] < numbers[1]) count *= (double)numbers[1] / (double)numbers[2];
  *value = count;
  return 0;
}

void pc_close(int descriptor) { close(descriptor); }

#else

int pc_open(int event, int thread) {
  (void)event;
  (void)thread;
  return -ENOSYS;
}

int pc_read(int descriptor, double *value) {
  (void)descriptor;
  (void)value;
  return -ENOSYS;
}

void pc_close(int descriptor) { (void)descriptor; }

#endif
