"""Runs the command of pawl's `trainer: ray` where Ray put it. pawl sends this file along; docs/trainers.md has the contract.

It needs nothing but Python. It fetches the rows by links that pawl's training worker made, runs the command as that worker would, and
hands in what it leaves. It ends by itself when no worker has renewed the job's lease: a training that nobody waits for does not go on.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

# Between SIGTERM and SIGKILL, seconds. Ray gives three to a job that it stops.
GRACE = 2
# How often time and disk are looked at, seconds.
LOOK_EVERY = 0.5
# Bytes of output beside progress that are passed on to Ray's log, and characters that are kept for the end.
MOST_PRINTED = 1_000_000
TAIL = 4000


def main():
    with fetched(os.environ["PAWL_TASK"]) as file:
        task = json.load(file)
    # Not for the command: with the links it could write what another one leaves.
    del os.environ["PAWL_TASK"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="pawl-training-")
    try:
        return Training(task, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Training:
    def __init__(self, task, folder):
        self.task = task
        self.folder = folder
        self.lease = Lease(task)
        self.printed = Printed()

    def run(self):
        job = self.prepare()
        started = time.monotonic()
        process = subprocess.Popen(
            self.task["command"],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        readers = [
            threading.Thread(target=self.printed.pass_on, args=(process.stdout, sys.stdout, True), daemon=True),
            threading.Thread(target=self.printed.pass_on, args=(process.stderr, sys.stderr, False), daemon=True),
        ]
        for reader in readers:
            reader.start()
        limit = None
        try:
            while limit is None:
                # Looked at once more after it has ended: what it has left lying about counts.
                ended = process.poll() is not None
                if bytes_in(self.folder) > job["limits"]["disk_bytes"]:
                    limit = "disk"
                elif ended:
                    break
                elif time.monotonic() - started > job["time_budget_s"]:
                    limit = "time"
                elif self.lease.lapsed():
                    print("pawl: no worker has asked for this training for a while; it ends.", file=sys.stderr, flush=True)
                    return 75
                else:
                    try:
                        process.wait(LOOK_EVERY)
                    except subprocess.TimeoutExpired:
                        pass
        finally:
            stop(process)
        for reader in readers:
            reader.join(1)
        return self.hand_in(job, process.returncode, limit)

    def prepare(self):
        """Writes job.json with the paths of this machine."""
        job = self.task["job"]
        inputs = self.task["inputs"]
        job["data"]["path"] = os.path.join(self.folder, "rows." + job["data"]["format"])
        fetch(inputs["rows"], job["data"]["path"], job["data"]["digest"])
        if job["prior"] is not None:
            job["prior"]["path"] = os.path.join(self.folder, "prior.onnx")
            fetch(inputs["prior"], job["prior"]["path"])
        for name in ("out", "scratch"):
            os.mkdir(os.path.join(self.folder, name))
        names = {"model": "model.onnx", "report": "report.json", "golden": "golden.json"}
        job["output"] = {key: os.path.join(self.folder, "out", name) for key, name in names.items()}
        with open(os.path.join(self.folder, "job.json"), "w", encoding="utf-8") as file:
            json.dump(job, file, indent=2)
        return job

    def environment(self):
        here = os.path.dirname(os.path.abspath(__file__))
        path = [here] + [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
        return {
            **os.environ,
            **self.task["environment"],
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": os.path.join(self.folder, "scratch"),
            "PAWL_JOB": os.path.join(self.folder, "job.json"),
        }

    def hand_in(self, job, code, limit):
        """Sends what the command left, and at last how it ended: whoever finds that word finds the rest."""
        links = self.lease.links()
        if code == 0 and limit is None:
            for name, path in job["output"].items():
                # A link to elsewhere is not followed, and what is too large is not sent; pawl says what is missing.
                if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) <= job["limits"]["model_bytes"]:
                    with open(path, "rb") as file:
                        put(links[name], file.read())
        ending = {
            "code": code if code >= 0 else None,
            "signal": signal.Signals(-code).name if code < 0 else None,
            "limit": limit,
            "tail": self.printed.tail(),
        }
        put(links["ending"], json.dumps(ending).encode())
        return 0 if limit is None and code == 0 else (code if code > 0 else 1)


class Lease:
    """Renewed by the worker that waits, with new links each time: links age, and so do the credentials that signed them."""

    def __init__(self, task):
        self.task = task
        self.newest = {"beat": None, "links": task["links"]}
        self.changed = time.monotonic()
        self.looked = time.monotonic()

    def lapsed(self):
        now = time.monotonic()
        if now - self.looked >= self.task["lease_s"] / 10:
            self.looked = now
            try:
                self.look(now)
            except (OSError, ValueError):
                # It counts as not renewed, and is asked for again.
                pass
        return now - self.changed > self.task["lease_s"]

    def look(self, now=None):
        with fetched(self.newest["links"]["lease"]) as file:
            found = json.load(file)
        if found["beat"] != self.newest["beat"]:
            self.newest = found
            self.changed = time.monotonic() if now is None else now

    def links(self):
        try:
            self.look()
        except (OSError, ValueError):
            pass
        return self.newest["links"]


class Printed:
    """Passes on what the command prints: its progress line by line, of all else no more than Ray's log should hold."""

    def __init__(self):
        self.end = ""
        self.left = MOST_PRINTED
        self.told = 0
        self.lock = threading.Lock()

    def pass_on(self, stream, to, may_tell):
        for line in iter(lambda: stream.readline(65536), b""):
            text = line.decode("utf-8", "replace")
            with self.lock:
                if may_tell and is_progress(text):
                    # One a second is enough to see it move; a last one is always told.
                    if time.monotonic() - self.told < 1 and not is_last(text):
                        continue
                    self.told = time.monotonic()
                else:
                    self.end = (self.end + text)[-TAIL:]
                    if self.left <= 0:
                        continue
                    self.left -= len(line)
                    if self.left <= 0:
                        text += "pawl: what it prints from here on is left out.\n"
                to.write(text)
                to.flush()

    def tail(self):
        return self.end.strip()


def is_progress(text):
    if not text.startswith("{"):
        return False
    try:
        told = json.loads(text)
        return {"phase", "done", "total"} <= told.keys()
    except ValueError:
        return False


def is_last(text):
    told = json.loads(text)
    return told["done"] == told["total"]


def stop(process):
    """Ends the command and all that it started in its group."""
    if process.poll() is None:
        signal_group(process.pid, signal.SIGTERM)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            pass
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def signal_group(pid, number):
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass


def bytes_in(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


def fetched(link):
    return urllib.request.urlopen(link, timeout=60)


def fetch(link, path, digest=None):
    checked = hashlib.sha256()
    with fetched(link) as source, open(path, "wb") as file:
        while part := source.read(1 << 20):
            checked.update(part)
            file.write(part)
    found = "sha256:" + checked.hexdigest()
    if digest is not None and found != digest:
        raise SystemExit(f"pawl: {os.path.basename(path)} came with digest {found}, not {digest}")


def put(link, body, tries=5):
    parts = urllib.parse.urlsplit(link)
    if parts.scheme == "file":
        path = urllib.request.url2pathname(parts.path)
        with open(path + ".part", "wb") as file:
            file.write(body)
        os.replace(path + ".part", path)
        return
    for attempt in range(1, tries + 1):
        try:
            urllib.request.urlopen(urllib.request.Request(link, data=body, method="PUT"), timeout=600).close()
            return
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == tries:
                raise
        except OSError:
            if attempt == tries:
                raise
        time.sleep(2**attempt)


if __name__ == "__main__":
    sys.exit(main())
