"""Set before NumPy and faiss are loaded, here and for every process that a test starts: their threads do not spin.

Workers share the cores with each other and with what they start. A thread that waits by spinning then waits for one
that has no core: merging the weights of the comprehension model took ten times its processor time.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
