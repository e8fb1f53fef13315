"""submitit's own figures on the Slurm of bench/slurm.ts, which calls it:

    python submitit_on_slurm.py FOLDER PID_FILE_OF_SLURMCTLD JOBS SHORT_JOBS

Prints one line of JSON: submission of JOBS waiting jobs in arrays of 40 and a poll of them (milliseconds), and for
SHORT_JOBS jobs of about a second the seconds from the file of each result until `as_completed` gives the job, with
submitit's defaults.
"""

import json
import os
import sys
import time

import submitit

folder, pid_file, jobs, short = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
POLLS = 10
# The largest array that the site takes; submitit hands over what it is given.
ARRAY = 40


def controller_ms() -> float:
    with open(pid_file) as file:
        pid = file.read().strip()
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return 10.0 * (int(fields[11]) + int(fields[12]))


def wait_a_second(_: int) -> int:
    time.sleep(1)
    return 1


def executor(name: str, at_once: int, **more: str):
    made = submitit.SlurmExecutor(folder=os.path.join(folder, name), python=sys.executable)
    made.update_parameters(
        partition="cpu",
        time=10,
        cpus_per_task=1,
        mem="250M",
        array_parallelism=at_once,
        additional_parameters=more,
    )
    return made


waiting = executor("waiting", 100, begin="now+1hour")
wall, controller = time.perf_counter(), controller_ms()
submitted = [
    job
    for _ in range(jobs // ARRAY)
    for job in waiting.map_array(wait_a_second, range(ARRAY))
]
submit = {
    "wall": 1000 * (time.perf_counter() - wall) / jobs,
    "controller": (controller_ms() - controller) / jobs,
}
time.sleep(2)
wall, controller = time.perf_counter(), controller_ms()
for _ in range(POLLS):
    submitted[0].watcher.update()
poll = {
    "wall": 1000 * (time.perf_counter() - wall) / POLLS,
    "controller": (controller_ms() - controller) / POLLS,
}
os.system("scancel " + " ".join({job.job_id.split("_")[0] for job in submitted}))

ends = []
for job in submitit.helpers.as_completed(
    executor("short", 4).map_array(wait_a_second, range(short))
):
    now = time.time()
    path = job.paths.result_pickle
    ends.append(now - os.stat(path).st_mtime)
print(json.dumps({"submit": submit, "poll": poll, "ends": ends}))
