"""contract.js for Python. Members of groups poll on threads of their own, as their clients ask for; what they are told to do waits in a queue."""
import base64
import json
import queue
import sys
import threading
import traceback

_writing = threading.Lock()


def say(line):
    with _writing:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def to_bytes(text):
    return None if text is None else base64.b64decode(text)


def to_base64(data):
    return None if data is None else base64.b64encode(data).decode("ascii")


def record(partition, offset, key, value, headers, time):
    return {
        "partition": partition,
        "offset": offset,
        "key": to_base64(key),
        "value": to_base64(value),
        "headers": [[name, to_base64(data)] for name, data in headers or []],
        "time": time,
    }


class Member:
    """poll() meets records and assignments; commit() commits what it met; close() leaves the group."""

    def __init__(self, name):
        self.name = name
        self._asked = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def owns(self, partitions):
        say({"member": self.name, "owns": sorted(partitions)})

    def met(self, one):
        say({"member": self.name, "record": one})

    def ask(self, call):
        """Runs a call on the member's thread and waits for it."""
        done = queue.Queue()
        self._asked.put((call, done))
        failure = done.get()
        if failure is not None:
            raise failure

    def _run(self):
        closed = False
        while not closed:
            try:
                call, done = self._asked.get_nowait()
            except queue.Empty:
                try:
                    self.poll()
                except Exception:
                    say({"member": self.name, "error": traceback.format_exc()})
                    return
                continue
            try:
                call()
                done.put(None)
            except Exception as failure:
                done.put(failure)
            closed = call == self.close


def serve(version, client):
    """client has a method for each command, which takes the command and gives the answer, and member(command)."""
    members = {}

    def join(command):
        members[command["member"]] = member = client.member(command)
        member.start()

    commands = {
        "join": join,
        "commit": lambda command: members[command["member"]].ask(members[command["member"]].commit),
        "leave": lambda command: members[command["member"]].ask(members[command["member"]].close),
    }
    say({"version": version})
    for line in sys.stdin:
        command = json.loads(line)
        try:
            call = commands.get(command["do"]) or getattr(client, command["do"])
            say({"id": command["id"], "answer": call(command) or {}})
        except Exception:
            say({"id": command["id"], "error": traceback.format_exc()})
