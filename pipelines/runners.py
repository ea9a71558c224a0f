"""Where a run executes: the spec's `runner`, and Beam's options for it."""

import sys
from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import model_validator

from components.parts import Part

RENEWED = 50
"""Nodes after which a worker process of this machine gives way to a new one. TensorFlow
never frees what it has compiled: 60 to 100 MB a training of a small GAN."""
WORKER_ENVIRONMENT = "beam:env:harness_subprocess_python:v1"
"""Beam's URN of a Python worker that is a process of its own."""


class Runner(Part):
    """A Beam runner and its settings."""

    @property
    def beam_name(self) -> str:
        """Beam's name of the runner."""
        raise NotImplementedError

    @property
    def processes(self) -> int:
        """Worker processes on this machine; 0: work is done in the driver itself."""
        return 0

    @property
    def parallel(self) -> int:
        """Nodes that are worked on at once; 0: nobody says."""
        return self.processes

    @property
    def nodes_at_once(self) -> int | None:
        """Nodes of one job, whose workers end with it; None: all that are ready."""
        return RENEWED * self.processes or None

    @property
    def shares_memory(self) -> bool:
        """Whether workers live in the driver's process and see its memory."""
        return False

    def options(self) -> list[str]:
        """Beam's command-line options for this runner."""
        raise NotImplementedError

    def refuse(self, store: str) -> str | None:
        """Why the runner cannot work with a store, or None if it can.

        Args:
            store: the store's path or URL.
        """
        scheme = store.partition("://")[0] if "://" in store else "file"
        if scheme == "memory" and not self.shares_memory:
            return (
                f"Invalid value for `store`. Expected a path or URL that every worker "
                f"process reaches (local, s3://, gs://), since the `{self.label}` "
                f"runner's workers share no memory. Received: {store!r}. Name another "
                f"`store`, or run with `--runner local --set runner.workers=1`."
            )
        return None

    @property
    def label(self) -> str:
        """The runner as a person names it."""
        return str(self.model_dump().get("kind", type(self).__name__.lower()))


def worker_command() -> str:
    """The command line of a worker process."""
    return f"{sys.executable} -m pipelines.execution.worker"


class Local(Runner):
    """Beam's FnApiRunner on this machine, pinned by name.

    `DirectRunner` would first try to download another runner's binary.
    """

    kind: Literal["local"] = "local"
    workers: Annotated[int, Ge(1)] = 1
    """Worker processes; one means inside the command's own process."""

    @property
    def beam_name(self) -> str:
        return "apache_beam.runners.portability.fn_api_runner.FnApiRunner"

    @property
    def processes(self) -> int:
        return 0 if self.workers == 1 else self.workers

    @property
    def parallel(self) -> int:
        return self.workers

    @property
    def shares_memory(self) -> bool:
        return self.workers == 1

    @property
    def label(self) -> str:
        return "local" if self.workers == 1 else f"local, {self.workers} workers"

    def options(self) -> list[str]:
        mode = "in_memory" if self.workers == 1 else "multi_processing"
        return [
            f"--direct_num_workers={self.workers}",
            f"--direct_running_mode={mode}",
        ]


class Portable(Runner):
    """A Beam job service; workers share nothing with the driver but the store."""

    kind: Literal["portable"] = "portable"
    endpoint: str = "embed"
    """`host:port` of a job service, or `embed` for one inside the command."""
    environment: str = ""
    """Where workers come from: empty for a process beside an embedded service,
    otherwise `TYPE` or `TYPE:CONFIG` as Beam's environment options have it
    (`EXTERNAL:host:50000`, `DOCKER:image`)."""

    @property
    def beam_name(self) -> str:
        return "PortableRunner"

    @property
    def processes(self) -> int:
        return 1 if self.endpoint == "embed" and not self.environment else 0

    def options(self) -> list[str]:
        return [
            f"--job_endpoint={self.endpoint}",
            *environment_options(self.environment or self._default_environment()),
        ]

    def _default_environment(self) -> str:
        if self.endpoint == "embed":
            return f"{WORKER_ENVIRONMENT}|{worker_command()}"
        return "LOOPBACK"


class Flink(Runner):
    """A Flink cluster, reached directly or through its job service."""

    kind: Literal["flink"] = "flink"
    master: str = "localhost:8081"
    """`host:port` of Flink's REST interface."""
    endpoint: str = ""
    """`host:port` of a Beam job service for Flink; empty: submit to `master`."""
    parallelism: Annotated[int, Ge(1)] = 1
    """Nodes that run at once."""
    environment: str = "EXTERNAL:localhost:50000"
    """Where workers come from, `TYPE:CONFIG`: a worker pool beside each task manager,
    or `DOCKER:image`."""

    @property
    def beam_name(self) -> str:
        return "PortableRunner" if self.endpoint else "FlinkRunner"

    @property
    def parallel(self) -> int:
        return self.parallelism

    def options(self) -> list[str]:
        where = (
            f"--job_endpoint={self.endpoint}"
            if self.endpoint
            else f"--flink_master={self.master}"
        )
        return [
            where,
            f"--parallelism={self.parallelism}",
            *environment_options(self.environment),
        ]


class Spark(Runner):
    """A Spark cluster, through Beam's job service for Spark."""

    kind: Literal["spark"] = "spark"
    endpoint: str = "localhost:8099"
    """`host:port` of the Beam job service for Spark."""
    environment: str = "EXTERNAL:localhost:50000"
    """Where workers come from, `TYPE:CONFIG`."""

    @property
    def beam_name(self) -> str:
        return "PortableRunner"

    def options(self) -> list[str]:
        return [
            f"--job_endpoint={self.endpoint}",
            *environment_options(self.environment),
        ]


class Dataflow(Runner):
    """Google Cloud Dataflow; needs `pip install 'apache-beam[gcp]'`."""

    kind: Literal["dataflow"] = "dataflow"
    project: str
    """Google Cloud project."""
    region: str
    """Google Cloud region."""
    temp: str
    """`gs://` folder for Dataflow's temporary files."""
    image: str = ""
    """Container image of the workers, with ganopsy installed."""
    workers: Annotated[int, Ge(1)] = 1
    """Most worker machines at once."""
    accelerator: str = ""
    """Dataflow's `worker_accelerator`, for example `type:nvidia-tesla-t4;count:1`."""

    @property
    def beam_name(self) -> str:
        return "DataflowRunner"

    @property
    def parallel(self) -> int:
        return self.workers

    def options(self) -> list[str]:
        options = [
            f"--project={self.project}",
            f"--region={self.region}",
            f"--temp_location={self.temp}",
            f"--max_num_workers={self.workers}",
        ]
        if self.image:
            options.append(f"--sdk_container_image={self.image}")
        if self.accelerator:
            options.append(
                f"--dataflow_service_options=worker_accelerator={self.accelerator}"
            )
        return options


class Dask(Runner):
    """Refused: Beam's Dask runner loses data."""

    kind: Literal["dask"] = "dask"

    @model_validator(mode="after")
    def _refuse(self) -> "Dask":
        raise ValueError(
            "the dask runner is refused: in Beam 2.77 it silently drops branches of a "
            "pipeline. Expected one of local, portable, flink, spark, dataflow"
        )


def environment_options(environment: str) -> list[str]:
    """Beam's options for an environment written `TYPE`, `TYPE:CONFIG` or `URN|CONFIG`.

    Beam's URNs hold colons themselves, hence their other separator.
    """
    separator = "|" if "|" in environment else ":"
    kind, _, config = environment.partition(separator)
    options = [f"--environment_type={kind}"]
    return [*options, f"--environment_config={config}"] if config else options
