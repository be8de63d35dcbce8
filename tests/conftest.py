"""Before numpy and torch are imported: one thread a process, because two processes of tests share the machine."""

import os
import signal

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# A shell starts what runs in the background with Ctrl-C ignored, and children inherit it; tests of Ctrl-C need the usual handler.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
