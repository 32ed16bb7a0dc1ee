// Counters that the kernel keeps for threads of this process: perf_event_open(2) of Linux. Elsewhere every call fails.
#ifndef C_PERFORMANCE_COUNTERS_H
#define C_PERFORMANCE_COUNTERS_H

#include <stdint.h>

enum {
  // Of the processor, in this program's own code and not in the kernel.
  PC_INSTRUCTIONS = 0,
  PC_CYCLES = 1,
  PC_CACHE_MISSES = 2,
  // Of the kernel.
  PC_TASK_CLOCK = 3,  // nanoseconds on a processor
  PC_PAGE_FAULTS = 4,
  PC_CONTEXT_SWITCHES = 5,
  PC_EVENT_COUNT = 6
};

// Starts to count an event of a thread and of the threads that it starts from now on. Returns a file descriptor, or the
// negative of an error number: -ENOSYS where there are no such counters.
int pc_open(int event, int thread);

// Reads a counter, the threads it has come to cover included. Where the processor could not count all of the time, the
// number is scaled up to it. Returns 0, or the negative of an error number.
int pc_read(int descriptor, double *value);

void pc_close(int descriptor);

#endif
