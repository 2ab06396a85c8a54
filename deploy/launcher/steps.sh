# shellcheck shell=bash
# How a step speaks, fails, waits its turn and ends with the launcher. Messages go to stderr: stdout is the CLI's.

say() { printf 'trackhub: %s\n' "$*" >&2; }

# fail WHAT REMEDY
fail() {
  say "$1"
  say "remedy: $2"
  exit 1
}

step_pid=
end_step() {
  if [[ -n "$step_pid" ]]; then
    kill -TERM -- "-$step_pid" 2>/dev/null || true
    wait "$step_pid" || true
  fi
  exit "$1"
}
trap 'end_step 130' INT
trap 'end_step 143' TERM HUP

# run_step LOG COMMAND…: runs it in its own process group with its output in LOG. A signal to the launcher ends the whole
# group at once, so that a compiler never outlives the command that started it.
run_step() {
  local log="$1" status=0
  shift
  mkdir -p "$(dirname "$log")"
  set -m
  "$@" >"$log" 2>&1 </dev/null 8>&- &
  step_pid=$!
  set +m
  wait "$step_pid" || status=$?
  step_pid=
  return "$status"
}

# fail_with_log WHAT LOG REMEDY
fail_with_log() {
  tail -n 25 "$2" | sed 's/^/    /' >&2
  fail "$1 (above, the end of $2)" "$3"
}

# One bootstrap at a time. The lock is descriptor 8, closed again before the CLI starts and in every step.
take_lock() {
  mkdir -p "$state"
  command -v flock >/dev/null || return 0   # installed by the very bootstrap that asks
  exec 8>"$state/bootstrap.lock"
  flock -n 8 && return
  say "waiting for another ./trackhub that is preparing this clone"
  flock 8
}

release_lock() { exec 8>&-; }
