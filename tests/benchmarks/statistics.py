"""Print the simulations behind the statistics as Markdown (some minutes; `--fast` for a rough look).

python tests/benchmarks/statistics.py > reports/validation/statistics.md
"""

import sys
import sysconfig
from pathlib import Path

if __name__ == "__main__":
    from simulations import main

    main((lambda n: max(n // 20, 50)) if "--fast" in sys.argv else (lambda n: n))
else:
    # The scripts beside this one find it when they ask for the standard library's module of the same name: be that.
    _real = Path(sysconfig.get_path("stdlib")) / "statistics.py"
    exec(compile(_real.read_text(encoding="utf-8"), str(_real), "exec"))
