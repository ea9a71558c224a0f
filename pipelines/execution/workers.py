"""Beam workers that are processes of this machine, watched.

Beam's own handler waits for ever when a worker process dies: the exception is raised in
a thread that nobody looks at. This one tells Beam, so that the job fails, and remembers
why the process died. Importing the module registers it; it serves the local runner and
the embedded job service alike.
"""

import os
import shlex
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from typing import Any

from apache_beam.portability import python_urns
from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from google.protobuf import (  # type: ignore[import-untyped]
    json_format,
    text_format,
)

from pipelines.execution import quiet
from pipelines.runners import worker_command


@dataclass
class Processes:
    """The worker processes of this driver.

    Attributes:
        environment: variables that workers start with, beside the driver's own.
        deaths: process id -> how it died, for those that ended before their job.
    """

    environment: dict[str, str] = field(default_factory=dict)
    deaths: dict[int, str] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)


PROCESSES = Processes()


def describe_exit(code: int) -> str:
    """How a process ended, in words, from its return code."""
    if code < 0:
        name = signal.Signals(-code).name
        hints = {
            "SIGKILL": ": killed, most often because memory ran out",
            "SIGSEGV": ": a crash in native code",
            "SIGABRT": ": native code aborted",
        }
        return f"worker process died of {name}{hints.get(name, '')}"
    return f"worker process ended with exit code {code} before its job was done"


class WatchedWorkerHandler(worker_handlers.GrpcWorkerHandler):  # type: ignore[misc]
    """Starts one worker process and reports its death to Beam.

    The command that Beam proposes for several local workers would write to the
    terminal and outlive a killed driver; it is always ours that is started.
    """

    def __init__(
        self, command: bytes, state: Any, provision_info: Any, server: Any
    ) -> None:
        super().__init__(state, provision_info, server)
        self._closing = False

    def start_worker(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop_worker(self) -> None:
        self._thread.join()

    def close(self) -> None:
        self._closing = True
        super().close()

    def _run(self) -> None:
        with subprocess.Popen(
            shlex.split(worker_command()),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            # A terminal's Ctrl-C reaches the driver alone, which ends its workers.
            start_new_session=True,
        ) as process:
            PROCESSES.running.add(process.pid)
            code = process.wait()
            PROCESSES.running.discard(process.pid)
        if not self._closing:
            cause = describe_exit(code)
            PROCESSES.deaths[process.pid] = cause
            self._abort(RuntimeError(cause))

    def _abort(self, error: Exception) -> None:
        """Fail what Beam waits for now, and whatever it will ask of this worker."""
        connection = self.control_conn

        def refuse(request: Any) -> Any:
            future = worker_handlers.ControlFuture(request.instruction_id)
            future.abort(error)
            return future

        push = connection.push
        connection.push = lambda request: (
            push(request)
            if request is worker_handlers.BeamFnControlServicer._DONE_MARKER
            else refuse(request)
        )
        connection.abort(error)

    def _environment(self) -> dict[str, str]:
        def text(descriptor: Any) -> str:
            return str(text_format.MessageToString(descriptor))

        return {
            **os.environ,
            **PROCESSES.environment,
            "CONTROL_API_SERVICE_DESCRIPTOR": text(
                endpoints_pb2.ApiServiceDescriptor(url=self.control_address)
            ),
            "LOGGING_API_SERVICE_DESCRIPTOR": text(
                self.logging_api_service_descriptor()
            ),
            "PIPELINE_OPTIONS": json_format.MessageToJson(
                self.provision_info.provision_info.pipeline_options
            ),
            "WORKER_ID": self.worker_id,
        }


def prepare(processes: int, log: str | None) -> None:
    """Say how worker processes are to start.

    Args:
        processes: how many at once, so that each takes its share of the cores.
        log: path of the run's log file.
    """
    PROCESSES.environment = quiet.worker_environment(processes)
    PROCESSES.deaths.clear()
    if log:
        PROCESSES.environment[quiet.LOG_VARIABLE] = log


worker_handlers.WorkerHandler.register_environment(python_urns.SUBPROCESS_SDK, bytes)(
    WatchedWorkerHandler
)
