"""A worker process: Beam's Python worker, quiet, and never outliving its driver."""

import logging
import os
import sys
import threading
import time

from pipelines.execution import quiet


def main() -> None:
    """Run Beam's worker as its environment says; see `workers` beside this."""
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    log = os.environ.get(quiet.LOG_VARIABLE)
    quiet.apply_environment()
    if log:
        quiet.redirect(log)
        quiet.log_to(log)
        # Beam sends logging to the driver, which writes to the same file.
        os.environ.pop("LOGGING_API_SERVICE_DESCRIPTOR", None)
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)
    # Tearing down TensorFlow takes seconds, and there is nothing left to tear down.
    logging.shutdown()
    os._exit(0)


def _die_with(parent: int) -> None:
    """End this process once its parent has gone: nobody would take its result."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
