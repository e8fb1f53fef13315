#!/usr/bin/env bash
# A whole Slurm on this one machine, for tests: controller, accounting and six nodes as processes of root, without
# systemd and without control groups. All of it lies in one folder and listens on a block of 20 ports of its own, so
# that several can run side by side.
#
#   slurm.sh up DIR PORT         start; prints nothing but trouble. Exit 77: not possible here, the reason on stderr
#   slurm.sh down DIR            stop everything and the jobs that are left
#   slurm.sh stop|start DIR WHAT one part: slurmctld, slurmdbd, or a node: c1 c2 c3 c4 g1 g2
#
# DIR/slurm.conf is for SLURM_CONF; with DIR/no-accounting.conf the same cluster looks like one without accounting.
set -uo pipefail
export PATH=$PATH:/usr/sbin:/sbin

NODES=(c1 c2 c3 c4 g1 g2)
PACKAGES=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge slurmdbd mariadb-server-core mariadb-client-core)

impossible() { echo "$*" >&2; exit 77; }
fail() { echo "$*" >&2; exit 1; }

# One that has ended and was not fetched by its parent does not live.
lives() {
  local stat
  stat=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) && [ -n "$stat" ] && [ "${stat%% *}" != Z ]
}
pid_of() { cat "$DIR/run/$1.pid" 2>/dev/null || echo 0; }
runs() { lives "$(pid_of "$1")"; }

# until_true SECONDS COMMAND…
until_true() {
  local tries=$(($1 * 20))
  shift
  while ! "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.05
  done
}

end_part() {
  local name=$1 pid
  pid=$(pid_of "$name")
  lives "$pid" && kill "-${2:-TERM}" "$pid" 2>/dev/null
  until_true 5 not_living "$pid" || kill -KILL "$pid" 2>/dev/null
  rm -f "$DIR/run/$name.pid"
}
not_living() { ! lives "$1"; }

install_packages() {
  local missing=() package
  for package in "${PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || impossible "Slurm is not installed and there is no apt-get: ${missing[*]}"
  # Packages start their services otherwise.
  [ -e /usr/sbin/policy-rc.d ] || impossible "no /usr/sbin/policy-rc.d: installing would start services; install ${missing[*]} by hand"
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "${missing[@]}" >"$DIR/log/apt" 2>&1 ||
    impossible "apt-get could not install ${missing[*]}: $(tail -n 1 "$DIR/log/apt")"
}

write_configuration() {
  local i port=$((PORT + 3)) node
  {
    cat <<CONF
ClusterName=bed
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$PORT
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket=$DIR/munge.socket,cred_expire=5
StateSaveLocation=$DIR/state
SlurmdSpoolDir=$DIR/spool/%n
SlurmctldPidFile=$DIR/run/slurmctld.pid
SlurmdPidFile=$DIR/run/%n.pid
SlurmctldLogFile=$DIR/log/slurmctld
SlurmdLogFile=$DIR/log/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobContainerType=job_container/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=5
SlurmctldTimeout=30
MinJobAge=${BED_MIN_JOB_AGE:-300}
KillWait=2
JobRequeue=1
MaxArraySize=41
MaxJobCount=20000
SlurmctldParameters=preempt_send_user_signal
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=50000,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PriorityType=priority/basic
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
EnforcePartLimits=ALL
DefMemPerCPU=64
GresTypes=gpu
MessageTimeout=10
CONF
    for node in "${NODES[@]}"; do
      echo "NodeName=$node NodeHostname=localhost NodeAddr=127.0.0.1 Port=$port CPUs=8 RealMemory=4000 $(
        [ "${node:0:1}" = g ] && echo Gres=gpu:a100:2 Feature=gpu,a100 || echo Feature=plain
      )"
      port=$((port + 1))
    done
    cat <<CONF
PartitionName=cpu  Nodes=c[1-3] Default=YES MaxTime=1-00:00:00 PriorityTier=10 PreemptMode=OFF
PartitionName=gpu  Nodes=g[1-2] MaxTime=02:00:00 PriorityTier=10 PreemptMode=OFF
PartitionName=solo Nodes=c4 MaxTime=01:00:00 PriorityTier=10 PreemptMode=OFF
PartitionName=high Nodes=c3 MaxTime=01:00:00 PriorityTier=20 PreemptMode=OFF AllowAccounts=lab
PartitionName=low  Nodes=c3 MaxTime=01:00:00 PriorityTier=1 PreemptMode=REQUEUE GraceTime=10
PartitionName=closed Nodes=c1 State=DOWN
CONF
  } >"$DIR/common.conf"
  cp "$DIR/common.conf" "$DIR/no-accounting.conf"
  cat "$DIR/common.conf" - >"$DIR/slurm.conf" <<CONF
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((PORT + 1))
AccountingStoragePass=$DIR/munge.socket
AccountingStorageEnforce=associations,limits,qos
AccountingStorageTRES=gres/gpu
CONF
  # A device file a GPU makes Slurm hand out CUDA_VISIBLE_DEVICES.
  for node in g1 g2; do
    for i in 0 1; do
      [ -c "$DIR/gpu$i" ] || mknod -m 666 "$DIR/gpu$i" c 1 3 || impossible 'device files cannot be made here'
      echo "NodeName=$node Name=gpu Type=a100 File=$DIR/gpu$i"
    done
  done >"$DIR/gres.conf"
  cat >"$DIR/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$DIR/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$((PORT + 1))
SlurmUser=root
LogFile=$DIR/log/slurmdbd
PidFile=$DIR/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$((PORT + 2))
StorageUser=slurm
StoragePass=slurm
StorageLoc=accounting
CONF
  chmod 600 "$DIR/slurmdbd.conf"
}

start_munge() {
  runs munged && return
  dd if=/dev/urandom of="$DIR/munge.key" bs=1024 count=1 status=none
  chmod 600 "$DIR/munge.key"
  munged --force --key-file="$DIR/munge.key" --socket="$DIR/munge.socket" --pid-file="$DIR/run/munged.pid" \
    --log-file="$DIR/log/munged" --seed-file="$DIR/munge.seed" 2>>"$DIR/log/start"
  until_true 5 munge -S "$DIR/munge.socket" -n || fail "munged does not start: $(tail -n 1 "$DIR/log/munged")"
}

database() { mariadb --no-defaults -S "$DIR/db.socket" -uroot "$@"; }

start_database() {
  runs mariadbd && return
  mkdir -p "$DIR/db"
  mariadb-install-db --no-defaults --user=root --datadir="$DIR/db" --auth-root-authentication-method=normal \
    --skip-test-db --innodb-log-file-size=8M >"$DIR/log/database-made" 2>&1 || fail "no database: $(tail -n 1 "$DIR/log/database-made")"
  setsid mariadbd --no-defaults --user=root --datadir="$DIR/db" --socket="$DIR/db.socket" --bind-address=127.0.0.1 \
    --port=$((PORT + 2)) --pid-file="$DIR/run/mariadbd.pid" --innodb-buffer-pool-size=32M --innodb-log-file-size=8M \
    --innodb-flush-log-at-trx-commit=0 --innodb-lock-wait-timeout=900 --performance-schema=OFF \
    --log-error="$DIR/log/mariadbd" </dev/null >/dev/null 2>&1 &
  until_true 20 database -e 'select 1' || fail "mariadbd does not start: $(tail -n 1 "$DIR/log/mariadbd")"
  database -e "create database if not exists accounting; create user if not exists slurm@'127.0.0.1' identified by 'slurm';
    create user if not exists slurm@localhost identified by 'slurm';
    grant all on accounting.* to slurm@'127.0.0.1'; grant all on accounting.* to slurm@localhost"
}

start_slurmdbd() {
  runs slurmdbd && return
  slurmdbd 2>>"$DIR/log/start"
  until_true 20 sacctmgr -n show cluster || fail "slurmdbd does not start: $(tail -n 1 "$DIR/log/slurmdbd")"
  [ -e "$DIR/accounts-made" ] && return
  {
    sacctmgr -i add cluster bed
    sacctmgr -i add account lab Description=lab Organization=lab
    sacctmgr -i add qos narrow MaxSubmitJobsPerUser=3 Flags=DenyOnLimit
    sacctmgr -i add user root Account=lab DefaultAccount=lab
    sacctmgr -i modify user root set qos=normal,narrow defaultqos=normal
  } >>"$DIR/log/start" 2>&1
  touch "$DIR/accounts-made"
}

start_slurmctld() {
  runs slurmctld && return
  slurmctld 2>>"$DIR/log/start"
  until_true 20 scontrol ping || fail "slurmctld does not start: $(tail -n 1 "$DIR/log/slurmctld")"
}

start_node() {
  runs "$1" && return
  mkdir -p "$DIR/spool/$1"
  setsid slurmd -N "$1" </dev/null >>"$DIR/log/start" 2>&1
}

all_idle() { [ "$(sinfo -h -N -o '%N %t' | sort -u | grep -cE ' (idle|mix|alloc)$')" = ${#NODES[@]} ]; }

# What is left of jobs was started with this cluster's name of a node.
kill_leftovers() {
  local process environment
  for process in /proc/[0-9]*; do
    environment=$({ tr '\0' '\n' <"$process/environ"; } 2>/dev/null) || continue
    grep -qxF "SLURM_CONF=$SLURM_CONF" <<<"$environment" || continue
    grep -q '^SLURM_JOB_ID=' <<<"$environment" || continue
    kill -KILL "${process#/proc/}" 2>/dev/null
  done
}

up() {
  [ "$(uname -s)" = Linux ] || impossible 'a Slurm for tests needs Linux'
  [ "$(id -u)" = 0 ] || impossible 'a Slurm for tests needs root'
  mkdir -p "$DIR"/{state,spool,run,log} && chmod 755 "$DIR" "$DIR/run"
  install_packages
  write_configuration
  start_munge
  # The database is the slow part; slurmctld waits for its accounting, nodes for slurmctld.
  start_database
  start_slurmdbd
  start_slurmctld
  local node
  for node in "${NODES[@]}"; do start_node "$node"; done
  until_true 20 all_idle || fail "not all nodes are idle: $(sinfo -h -N -o '%N %t' | tr '\n' ' ')"
}

down() {
  local node
  for node in "${NODES[@]}"; do end_part "$node" KILL & done
  wait
  kill_leftovers
  for part in slurmctld slurmdbd mariadbd munged; do end_part $part KILL; done
}

DIR=${2:?a folder}
export SLURM_CONF=$DIR/slurm.conf
case ${1:-} in
up) PORT=${3:?the first of 20 ports} && up ;;
down) down ;;
stop) end_part "${3:?what}" KILL ;;
start)
  case ${3:?what} in
  slurmctld) start_slurmctld ;;
  slurmdbd) start_slurmdbd ;;
  *) start_node "$3" ;;
  esac
  ;;
*) sed -n '2,11p' "$0" && exit 64 ;;
esac
