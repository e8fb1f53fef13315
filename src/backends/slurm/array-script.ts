import type { WorkerProgram } from './cluster.ts';
import { asDirective, limitMinutes, type SbatchOption, type Shape } from './sbatch-options.ts';
import { shellWord } from './shell-word.ts';

/** One array: attempts of one shape, given to Slurm together. */
export interface ArrayScript {
  readonly sweepId: string;
  /** Names this submission: found again by it where nobody knows whether Slurm took it. */
  readonly name: string;
  readonly tasks: number;
  /** Tasks that may run at once; null for no limit. */
  readonly atOnce: number | null;
  readonly shape: Shape;
  readonly resources: readonly SbatchOption[];
  readonly warningS: number;
  /** Starts that may end at their limit before the attempt has failed of it. */
  readonly timeouts: number;
  readonly program: WorkerProgram;
  /** The sweep's folder and the submission's own, as compute nodes call them; absolute. */
  readonly sweepDir: string;
  readonly dir: string;
  /** What the worker sees beside the node's own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The script of an array. It holds nothing secret and needs nothing of the environment that it is submitted from, so
 * that a person can read it and hand it in again.
 */
export function arrayScript(array: ArrayScript): string {
  const { sweepId, name, tasks, atOnce, shape, resources, program, sweepDir, dir } = array;
  const throttle = atOnce === null || atOnce >= tasks ? '' : `%${atOnce}`;
  const options: readonly SbatchOption[] = [
    ['job-name', name],
    ['comment', `llc sweep ${sweepId}`],
    ['array', `0-${tasks - 1}${throttle}`],
    ['chdir', dir],
    ['output', outputPattern(dir)],
    ['open-mode', 'append'],
    ['export', 'NONE'],
    ...resources,
  ];
  return [
    '#!/bin/bash',
    `# ${tasks} ${tasks === 1 ? 'job' : 'jobs'} of the sweep ${oneLine(sweepId)}: task k works in the folder that line k+1 of \`tasks\` names.`,
    '# By hand: sbatch array.sh',
    ...options.map(asDirective),
    '',
    `sweep=${shellWord(sweepDir)}`,
    `submission=${shellWord(dir)}`,
    `node=${shellWord(program.node)}`,
    `worker=${shellWord(program.worker)}`,
    `heap_mb=${Math.max(64, Math.floor(1024 * shape.memoryGb))}`,
    `limit_s=${60 * limitMinutes(shape)}      # of one start`,
    `warning_s=${array.warningS}      # before the limit`,
    `timeouts_allowed=${array.timeouts}`,
    ...Object.entries(array.environment).map(
      ([variable, value]) => `export ${variable}=${shellWord(value)}`,
    ),
    BODY,
  ].join('\n');
}

/** Slurm writes %% for %; a backslash anywhere would take the meaning from its %a. */
function outputPattern(dir: string): string {
  return dir.includes('\\') ? '/dev/null' : `${dir.replaceAll('%', '%%')}/%a.log`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}

/**
 * What each task does. The worker runs as a child, so that the shell hears Slurm's warning, passes it on and sees
 * whether the worker could save its state (exit code 85); only then the job is queued again. The end is one file.
 */
const BODY = `
set -u
task=\${SLURM_ARRAY_TASK_ID:?this script is for an array}
restart=\${SLURM_RESTART_COUNT:-0}
attempt=$sweep/$(sed -n "$((task + 1))p" "$submission/tasks")
mark=$sweep/slurm/ends/\${SLURM_ARRAY_JOB_ID}_$task.$restart
began=$(printf '%(%s)T' -1)
[ -e "$submission/$task.log" ] || exec >>"$submission/$task.log" 2>&1
child='' heard='' warned='' cause='' code=0

# Replaces a file by one line; readers see the old or the new one.
put() { printf '%s\\n' "$2" >"$1.new" && mv -f "$1.new" "$1"; }

# Signals of the end reach every process here, also those that write of it: they are deaf to them.
tell() {
  trap '' TERM USR2
  put "$mark" "{\\"state\\":\\"$1\\",\\"code\\":$code,\\"cause\\":\\"$cause\\",\\"job\\":\\"$SLURM_JOB_ID\\",\\"node\\":\\"\${SLURMD_NODENAME:-}\\",\\"gpus\\":\\"\${CUDA_VISIBLE_DEVICES:-}\\",\\"began\\":$began,\\"ended\\":$(printf '%(%s)T' -1)}"
}

# What Slurm knows of this job, a field by its name.
field() { tr ' ' '\\n' <<<"$job" | sed -n "s/^$1=//p" | head -n 1; }

# Whether another job takes its place; the state says so only later.
makes_way() { case $(field PreemptTime) in '' | None | N/A) false ;; *) true ;; esac; }

why_warned() {
  local job end
  job=$(timeout 20 scontrol show job "$SLURM_JOB_ID" 2>/dev/null)
  if makes_way; then echo preempted && return; fi
  end=$(field EndTime)
  end=$([ -n "$end" ] && date -d "$end" +%s 2>/dev/null) || end=$((began + limit_s))
  # Slurm may warn a minute early.
  if [ $((end - $(printf '%(%s)T' -1))) -le $((warning_s + 75)) ]; then echo timeout; else echo preempted; fi
}

why_ended() {
  local job
  job=$(timeout 5 scontrol show job "$SLURM_JOB_ID" 2>/dev/null)
  if makes_way; then echo preempted && return; fi
  case $(field JobState) in
  PREEMPTED) echo preempted ;;
  TIMEOUT) echo timeout ;;
  *) echo terminated ;;
  esac
}

on_warning() {
  heard=1 warned=1
  [ -n "$child" ] && kill -USR2 "$child" 2>/dev/null
  cause=$(why_warned)
}

on_end() {
  trap '' TERM
  heard=1
  [ -n "$child" ] && kill -TERM "$child" 2>/dev/null
  [ -n "$cause" ] || cause=$(why_ended)
}

trap on_warning USR2
trap on_end TERM
# Slurm sends CONT before others: with a trap for it too, bash can lose the second of the two.
trap '' HUP

unset NODE_OPTIONS
mkdir -p "$sweep/slurm/ends"
cd "$attempt" || { code=66 && tell ended && exit 66; }
LLC_INCARNATION=$restart "$node" "--max-old-space-size=$heap_mb" "$worker" "$attempt" \\
  >>stdout.log 2>>stderr.log </dev/null &
child=$!
[ -n "$warned" ] && kill -USR2 "$child"

# A wait that a signal has ended says nothing of the child.
heard=1
while [ -n "$heard" ] || kill -0 "$child" 2>/dev/null; do
  heard=''
  wait "$child"
  code=$?
done

# Whether it may go on from where it was. 140: the warning came before the worker could hear it; 143: there was none.
may_go_on() {
  case $code in
  85 | 140) [ -n "$warned" ] ;;
  143) [ "$cause" = preempted ] ;;
  *) false ;;
  esac
}

if may_go_on; then
  timeouts=$(cat timeouts 2>/dev/null || echo 0)
  if [ "$cause" = timeout ]; then
    timeouts=$((timeouts + 1))
    put timeouts $timeouts
  fi
  if [ "$cause" != timeout ] || [ "$timeouts" -le "$timeouts_allowed" ]; then
    tell requeued
    scontrol requeue "$SLURM_JOB_ID" && exit $code
    # The site forbids it: llc submits the job again.
    tell checkpointed
    exit $code
  fi
fi
tell ended
exit $code
`;
