#define LAPACK_DISABLE_NAN_CHECK
#include <lapacke.h>
